from __future__ import annotations

from litellm import CustomStreamWrapper


class Reader:
    def __init__(self, response: CustomStreamWrapper) -> None:
        self.response = response

    def __aiter__(self) -> Reader:
        return self

    async def __anext__(self) -> str:
        chunk = await self.response.__anext__()
        return chunk.choices[0].delta.content or ""
