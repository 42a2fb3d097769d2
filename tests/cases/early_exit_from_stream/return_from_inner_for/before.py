"""A `return` in a sync loop inside the `async for` leaves both loops, and with them the stream.

before: lost
after: delivered
fix: unsafe
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def first_vowel(question: str) -> str | None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}], stream=True
    )
    async for chunk in response:
        for letter in chunk.choices[0].delta.content or "":
            if letter in "aeiou":
                return letter  # expect: LLM101
    return None


async def main() -> None:
    try:
        print(await first_vowel("Say hello."))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
