"""The consumer skips what it does not want, and reads on.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from streaming import tokens

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        async for token in tokens("Skip the rest"):
            if not token:
                continue
            print(token, end="")
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
