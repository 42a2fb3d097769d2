"""Several exits meet at one drain behind the loop, in a branch that every early exit takes.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def moderated(prompt: str, banned: set[str]) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    text = ""
    async for chunk in response:
        text += chunk.choices[0].delta.content or ""
        if banned & set(text.split()):
            text = "[removed]"
            break
        if len(text) > 3:
            break
    else:
        return text
    async for _ in response:
        pass
    return f"{text}…"


async def main() -> None:
    try:
        print(await moderated("Speak freely.", banned={"darn"}))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
