"""The entry point itself is a method: the helper goes before the class, the `try` into the method.

before: lost
after: delivered
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]


class Gardener:
    def __init__(self, season: str) -> None:
        self.season = season

    async def work(self) -> None:
        advice = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": f"What to plant in {self.season}?"}]
        )
        print(advice.choices[0].message.content)


asyncio.run(Gardener("spring").work())  # expect: LLM301
