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
            # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
            async for _ in stream:
                pass
            break
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
