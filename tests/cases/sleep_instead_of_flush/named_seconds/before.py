"""How long to sleep is a constant of the module, and its name says what for.

before: delivered
after: delivered
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]

LANGFUSE_GRACE_SECONDS = 1.5


async def answer(question: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
    )
    return response.choices[0].message.content


async def main() -> None:
    print(await answer("How long is a while?"))
    # give Langfuse some time to send
    await asyncio.sleep(LANGFUSE_GRACE_SECONDS)  # expect: LLM302


asyncio.run(main())
