from collections.abc import AsyncIterable


async def exhaust(stream: AsyncIterable[object]) -> None:
    """LiteLLM logs a stream when it ends, so let it end."""
    async for _ in stream:
        pass
