"""The first chunk is taken by hand, a loop reads the others.

before: delivered
"""

import asyncio
import time

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def time_to_first_chunk(prompt: str) -> float:
    started = time.monotonic()
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    await anext(response)
    elapsed = time.monotonic() - started
    async for _ in response:
        pass
    return elapsed


async def main() -> None:
    try:
        print(await time_to_first_chunk("How fast are you?") < 60)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
