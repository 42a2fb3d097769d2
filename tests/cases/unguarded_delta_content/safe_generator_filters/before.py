"""The generator of the other module yields only what has text.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from streaming import pieces

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        print("".join([piece async for piece in pieces("A limerick")]))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
