from typing import Any

from litellm import acompletion


class Client:
    async def chat(self, prompt: str) -> Any:
        return await acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True)
