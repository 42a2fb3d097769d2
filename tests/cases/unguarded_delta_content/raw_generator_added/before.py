"""The same generator; the consumer adds as it goes, and crashes in the middle of the stream.

before: crashed
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from streaming import pieces

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        limerick = ""
        async for piece in pieces("A limerick"):
            limerick += piece  # expect: LLM201
        print(limerick)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
