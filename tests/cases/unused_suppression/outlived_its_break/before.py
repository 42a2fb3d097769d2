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
    # noqa: LLM101  # expect: LLM001@13
    async for chunk in response:  # noqa: E501, LLM101 - the first word is enough  # expect: LLM001@49
        print(chunk.choices[0].delta.content or "", end="")  # noqa: LLM2  # expect: LLM001@70
    await asyncio.sleep(1)  # noqa: LLM302


asyncio.run(main())
