from collections.abc import AsyncIterator

import litellm


class LlmClient:
    def __init__(self, model: str) -> None:
        self.model = model

    async def stream(self, prompt: str) -> AsyncIterator[str]:
        response = await litellm.acompletion(
            model=self.model, messages=[{"role": "user", "content": prompt}], stream=True
        )
        async for chunk in response:
            text = chunk.choices[0].delta.content
            if text:
                yield text
