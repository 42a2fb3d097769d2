"""The first report: an async call, and the program ends with `asyncio.run`. Nothing arrives in Langfuse.

before: lost
after: delivered
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]


async def main():
    response = await litellm.acompletion(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": "Hello, how are you?"}],
    )
    print(response.choices[0].message.content)


if __name__ == "__main__":
    asyncio.run(main())  # expect: LLM301
