"""A walrus reads the content and `is None` ends the loop: the finish chunk has no content, the end comes after it.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]

LETTER = "Dear customer, thank you for your patience."


async def translate(letter: str, language: str) -> str:
    stream = await litellm.acompletion(
        model="gpt-4o-mini",
        messages=[
            {"role": "system", "content": f"Translate into {language}."},
            {"role": "user", "content": letter},
        ],
        stream=True,
    )
    translated = ""
    async for part in stream:
        if (text := part.choices[0].delta.content) is None:
            continue
        translated += text
    return translated


async def main() -> None:
    try:
        print(await translate(LETTER, "Finnish"))
    finally:
        await asyncio.sleep(0)
        await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), timeout=10)


asyncio.run(main())
