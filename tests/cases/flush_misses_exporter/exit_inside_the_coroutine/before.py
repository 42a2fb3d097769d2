"""`os._exit` inside the coroutine: nothing of what stands around it runs any more.

The exporter sends every second by itself, that of litellm 1.77 every half: on a slow machine it may be in time.

before: lost
or: delivered
"""

import asyncio
import os

import litellm
from langfuse import Langfuse
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Who turned off the lights?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()
        Langfuse().flush()  # expect: LLM305@9
        os._exit(0)


asyncio.run(main())
