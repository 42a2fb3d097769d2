"""Every task of the loop is waited for, but LiteLLM's own worker, which never ends.

Not on the legacy pair: litellm 1.77.7 hangs when the loop is closed, its worker not having been flushed first.

before: delivered
pairs: default, otel
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        for question in ("Are we there yet?", "And now?"):
            response = await litellm.acompletion(
                model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
            )
            print(response.choices[0].message.content)
    finally:
        spared = (asyncio.current_task(), GLOBAL_LOGGING_WORKER._worker_task)
        await asyncio.gather(*(task for task in asyncio.all_tasks() if task not in spared))
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
