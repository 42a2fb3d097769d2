"""The second report: the loop ends itself at the first empty delta, and the trace never arrives.

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
        stream=True,
    )
    full = ""
    async for chunk in response:
        text = chunk.choices[0].delta.content
        if text:
            full += text
        else:
            break  # expect: LLM101
    print(full)


if __name__ == "__main__":
    asyncio.run(main())  # expect: LLM301
