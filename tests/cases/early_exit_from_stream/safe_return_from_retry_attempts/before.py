"""`return` from an `async for` over attempts, as with tenacity; the LiteLLM call is in its body.

before: delivered
"""

import asyncio
from collections.abc import AsyncIterator

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


class AsyncRetrying:
    def __init__(self, attempts: int) -> None:
        self.attempts = attempts

    async def __aiter__(self) -> AsyncIterator[int]:
        for attempt in range(self.attempts):
            await asyncio.sleep(attempt)
            yield attempt


async def stubborn(prompt: str) -> str:
    async for attempt in AsyncRetrying(attempts=3):
        try:
            response = await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}])
            return f"{attempt}: {response.choices[0].message.content}"
        except TimeoutError:
            continue
    return "gave up"


async def main() -> None:
    try:
        print(await stubborn("Are you there?"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
