"""The third report: `TypeError` on a `None` delta, at the very end of a healthy stream, and the trace is lost with it.

before: crashed
after: delivered
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]


async def main():
    response = await litellm.acompletion(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": "Hello, how are you?"}],
        stream=True,
    )
    full = ""
    async for chunk in response:
        full += chunk.choices[0].delta.content  # expect: LLM201
    print(full)


if __name__ == "__main__":
    asyncio.run(main())  # expect: LLM301
