"""The function catches its own exception and then reads what is left.

before: delivered
select: LLM103
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


class Enough(Exception):
    """We have what we want."""


async def first_words(prompt: str) -> str:
    text = ""
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    try:
        async for chunk in response:
            text += chunk.choices[0].delta.content or ""
            if text.count(" ") > 3:
                raise Enough
    except Enough:
        async for _ in response:
            pass
    return text


async def main() -> None:
    try:
        print(await first_words("A long story"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
