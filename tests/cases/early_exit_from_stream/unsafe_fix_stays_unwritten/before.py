"""A drain that costs tokens is offered, not written: without asking for unsafe fixes the file stays as it is.

before: lost
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def contains(question: str, needle: str) -> bool:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}], stream=True
    )
    text = ""
    async for chunk in response:
        text += chunk.choices[0].delta.content or ""
        if needle in text.lower():
            return True  # expect: LLM101
    return False


async def main() -> None:
    try:
        print(await contains("Is there an e in this answer?", "e"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
