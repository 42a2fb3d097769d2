"""The project has a helper that exhausts what it is given; it is called on the way out.

before: delivered
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def drain(stream: AsyncIterator[Any]) -> None:
    async for _ in stream:
        pass


async def spell(word: str) -> str:
    letters = ""
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Spell {word}"}], stream=True
    )
    async for chunk in response:
        letters += chunk.choices[0].delta.content or ""
        if len(letters) >= len(word):
            await drain(response)
            break
    return letters


async def main() -> None:
    try:
        print(await spell("fjord"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
