"""An answer is refused in the middle: the call has cost tokens and leaves no trace.

before: failed
select: LLM103
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


class Forbidden(Exception):
    """The answer holds a word that must not be shown."""


async def moderated(prompt: str, banned: str) -> str:
    text = ""
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    async for chunk in response:
        text += chunk.choices[0].delta.content or ""
        if banned in text:
            raise Forbidden(banned)  # expect: LLM103
    return text


async def main() -> None:
    try:
        print(await moderated("An animal", banned="quick"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
