"""The stream is read to its end; then its name is given to something else, and that is left early.

before: delivered
"""

import asyncio
from collections.abc import AsyncIterator

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def letters(text: str) -> AsyncIterator[str]:
    for letter in text:
        yield letter


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "A word, please"}], stream=True
        )
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in response])
        response = letters(text)
        async for letter in response:
            if letter.islower():
                print(letter)
                break
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
