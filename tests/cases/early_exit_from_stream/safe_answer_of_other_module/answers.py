from typing import Any

import litellm


async def _open(prompt: str) -> Any:
    return await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )


async def answer(prompt: str) -> str:
    text = ""
    async for chunk in await _open(prompt):
        text += chunk.choices[0].delta.content or ""
    return text
