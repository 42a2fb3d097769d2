from collections.abc import AsyncIterable
from typing import Any


async def skim(chunks: AsyncIterable[Any]) -> str:
    async for chunk in chunks:
        if chunk.choices[0].delta.content:
            return chunk.choices[0].delta.content
    return ""
