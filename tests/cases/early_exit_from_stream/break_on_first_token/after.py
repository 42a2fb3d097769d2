"""Leaving on the first text there is (to time it) is the opposite of leaving on an empty delta: only a drain will do.

before: lost
after: delivered
fix: unsafe
"""

import asyncio
import time

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def time_to_first_token(prompt: str) -> float:
    started = time.perf_counter()
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    elapsed = 0.0
    async for chunk in response:
        if chunk.choices[0].delta.content:
            elapsed = time.perf_counter() - started
            # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
            async for _ in response:
                pass
            break
    return elapsed


async def main() -> None:
    try:
        print(f"{await time_to_first_token('ping'):.3f} s")
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
