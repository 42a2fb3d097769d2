"""The wrapper has read everything before it yields anything.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from streaming import sentences

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        async for sentence in sentences("Two sentences"):
            print(sentence)
            break
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
