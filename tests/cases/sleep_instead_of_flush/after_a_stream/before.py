"""The stream is read to its end; then the program sleeps.

before: delivered
after: delivered
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Good night."}], stream=True
    )
    async for chunk in response:
        print(chunk.choices[0].delta.content or "", end="")
    await asyncio.sleep(1)  # expect: LLM302


asyncio.run(main())
