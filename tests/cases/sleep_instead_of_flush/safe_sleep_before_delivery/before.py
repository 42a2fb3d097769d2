"""A sleep right before the two steps: superfluous, but nothing depends on it.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Any minute now?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await asyncio.sleep(0.2)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
