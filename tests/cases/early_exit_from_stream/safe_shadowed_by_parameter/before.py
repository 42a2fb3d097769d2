"""A parameter shadows the imported `acompletion`: what it returns is whatever the caller passed.

before: delivered
"""

import asyncio
from collections.abc import AsyncIterator, Callable

import litellm
from litellm import acompletion
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def echo(text: str) -> AsyncIterator[str]:
    for word in text.split():
        yield word


async def first_word(text: str, acompletion: Callable[[str], AsyncIterator[str]]) -> str:
    async for word in acompletion(text):
        return word
    return ""


async def main() -> None:
    try:
        response = await acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Echo?"}])
        print(await first_word(response.choices[0].message.content or "", acompletion=echo))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
