"""An object in another module steps the stream by hand in its `__anext__`.

before: lost
after: delivered
fix: unsafe
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from reader import Reader

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        reader = Reader(
            await litellm.acompletion(
                model="gpt-4o-mini", messages=[{"role": "user", "content": "A page, please"}], stream=True
            )
        )
        async for token in reader:
            if token:
                print(token)
                break  # expect: LLM101
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
