"""The call sits in a method of an object that `main` makes.

before: lost
after: delivered
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]


class Oracle:
    model = "gpt-4o-mini"

    def __init__(self, temple: str) -> None:
        self.system = f"You are the oracle of {temple}."

    async def ask(self, question: str) -> str:
        response = await litellm.acompletion(
            model=self.model,
            messages=[{"role": "system", "content": self.system}, {"role": "user", "content": question}],
        )
        return response.choices[0].message.content


async def main() -> None:
    oracle = Oracle("Delphi")
    print(await oracle.ask("Will it rain?"))


asyncio.run(main())  # expect: LLM301
