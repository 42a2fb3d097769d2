"""The package's `__init__` re-exports the helper.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from chat import open_stream

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await open_stream("Three islands")
        text = ""
        async for chunk in response:
            text += chunk.choices[0].delta.content or ""
            if chunk.choices[0].finish_reason:
                break  # expect: LLM101
        print(text)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
