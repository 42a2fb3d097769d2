"""`stream=` is a parameter: the branch that iterates the response has a stream in its hands.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def complete(prompt: str, *, live: bool) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=live
    )
    if not live:
        return response.choices[0].message.content or ""
    text = ""
    async for chunk in response:
        piece = chunk.choices[0].delta.content
        if piece is None or piece == "":
            break  # expect: LLM101
        text += piece
    return text


async def main() -> None:
    try:
        print(await complete("Count to five.", live=True))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
