"""A second should do: it does as long as nothing is slow, and it is always spent.

before: delivered
after: delivered
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "A moment, please."}]
    )
    print(response.choices[0].message.content)
    await asyncio.sleep(1)  # expect: LLM302


asyncio.run(main())
