from collections.abc import AsyncIterator
from functools import lru_cache

from litellm import Router


class Client:
    def __init__(self) -> None:
        models = [{"model_name": "chat", "litellm_params": {"model": "gpt-4o-mini"}}]
        self._router = Router(model_list=models)

    async def chat(self, prompt: str) -> AsyncIterator[str]:
        messages = [{"role": "user", "content": prompt}]
        response = await self._router.acompletion(model="chat", messages=messages, stream=True)
        async for chunk in response:
            yield chunk.choices[0].delta.content or ""


@lru_cache
def get_client() -> Client:
    return Client()
