"""A generator of another module yields the content as it comes, and the consumer joins it.

The stream has ended by then, so the trace arrives.

before: crashed late
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from streaming import pieces

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        print("".join([piece async for piece in pieces("A limerick")]))  # expect: LLM201
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
