"""The `break` is gone, and the comments that excused it are still there.

before: delivered
after: delivered
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "What is left?"}], stream=True
    )
    async for chunk in response:  # noqa: E501 - the first word is enough
        print(chunk.choices[0].delta.content or "", end="")
    await asyncio.sleep(1)  # noqa: LLM302


asyncio.run(main())
