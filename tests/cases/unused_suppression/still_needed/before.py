"""What is suppressed would be reported; what is not ours, or lists nothing, is left alone.

before: delivered
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]

HINT = "write # noqa: LLM101 behind it"


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Are you needed?"}], stream=True
    )
    async for chunk in response:  # noqa: E501, ABC123
        print(chunk.choices[0].delta.content or "", end="")  # noqa
    await asyncio.sleep(1)  # noqa: LLM3


asyncio.run(main())
