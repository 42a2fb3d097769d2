from collections.abc import AsyncIterable

import litellm

litellm.drop_params = True


async def first(chunks: AsyncIterable[str]) -> str:
    async for chunk in chunks:
        if chunk:
            return chunk
    return ""
