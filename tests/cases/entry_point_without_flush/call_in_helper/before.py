"""The call is two functions away from the entry point.

before: lost
after: delivered
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]


async def complete(prompt: str) -> str:
    response = await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}])
    return response.choices[0].message.content


async def name_the_ship(kind: str) -> str:
    return (await complete(f"A name for a {kind}")).strip()


async def main() -> None:
    print(await name_the_ship("barge"))


if __name__ == "__main__":
    asyncio.run(main())  # expect: LLM301
