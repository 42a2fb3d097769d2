"""The wrapper is read to its end; the `break` behind it is that of a list.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from streaming import tokens

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        words = [token async for token in tokens("A few words")]
        for word in words:
            if word.strip():
                print(word)
                break
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
