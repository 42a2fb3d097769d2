"""The callback is registered by a function of another module; the program itself never mentions Langfuse.

before: lost
after: delivered
"""

import asyncio

import litellm

from tracing import setup_tracing


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Who is tracing?"}]
    )
    print(response.choices[0].message.content)


if __name__ == "__main__":
    setup_tracing()
    asyncio.run(main())  # expect: LLM301
