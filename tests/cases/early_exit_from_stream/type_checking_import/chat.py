from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llm_client import LlmClient


class Chat:
    def __init__(self, client: LlmClient) -> None:
        self.client = client

    async def first_token(self, prompt: str) -> str:
        async for token in self.client.stream(prompt):
            if token:
                return token  # expect: LLM101
        return ""
