"""The `break` ends a loop over the letters of a chunk, not the loop over the stream.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Vowels, please"}], stream=True
    )
    chunks_with_vowels = 0
    async for chunk in response:
        for letter in chunk.choices[0].delta.content or "":
            if letter in "aeiou":
                chunks_with_vowels += 1
                break
    print(chunks_with_vowels)


async def run() -> None:
    try:
        await main()
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(run())
