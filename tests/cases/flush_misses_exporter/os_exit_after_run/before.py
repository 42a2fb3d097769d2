"""The process ends with `os._exit`: what LiteLLM has logged is still in the exporter's buffer.

The exporter sends every second by itself, that of litellm 1.77 every half: on a slow machine it may be in time.

before: lost
or: delivered
after: delivered
"""

import asyncio
import os

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Leaving so soon?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()  # expect: LLM305@15


asyncio.run(main())
os._exit(0)
