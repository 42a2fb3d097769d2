from collections.abc import AsyncIterable
from typing import Any

from litellm import CustomStreamWrapper


async def first_line(chunks: CustomStreamWrapper) -> str:
    text = ""
    async for chunk in chunks:
        text += chunk.choices[0].delta.content or ""
        if "quick" in text:
            break  # expect: LLM101
    return text


async def count(chunks: AsyncIterable[Any]) -> int:
    return len([chunk async for chunk in chunks])
