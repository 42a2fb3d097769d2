"""A generator around a generator around the stream, in two modules.

before: lost
after: delivered
fix: unsafe
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from lines import lines

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        stream = lines("One line per fruit")
        async for line in stream:
            print(line)
            break  # expect: LLM101
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
