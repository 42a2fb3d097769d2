from typing import Any

from agents import registry


class Agent:
    def __init__(self, name: str) -> None:
        self.name = name
        registry.register(self)

    async def say(self, prompt: str) -> Any:
        return await registry.call(self.name, prompt)
