"""`if not text: break` in front of the accumulation: an empty delta is not the end of a stream.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def deliver() -> None:
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


async def haiku(subject: str) -> list[str]:
    verses: list[str] = []
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"A haiku about {subject}"}], stream=True
    )
    async for chunk in response:
        text = chunk.choices[0].delta.content
        if not text:
            break  # expect: LLM101
        verses.append(text)
    return verses


async def main() -> None:
    try:
        print("".join(await haiku("rain")))
    finally:
        await deliver()


asyncio.run(main())
