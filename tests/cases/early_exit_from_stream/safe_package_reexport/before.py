"""What the package's `__init__` re-exports is a generator that ends its stream.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from chat import finished_events

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        async for kind, text in finished_events("The end?"):
            if kind == "done":
                print(text)
                break
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
