"""The word that was looked for ends the reading: what was received is logged, and the rest is not paid for.

before: lost
after: partial
fix: unsafe
early-exit: log-partial
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def contains(word: str) -> bool:
    said = ""
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Tell me about foxes."}], stream=True
    )
    async for chunk in response:
        said += chunk.choices[0].delta.content or ""
        if word in said:
            break  # expect: LLM101
    return word in said


async def main() -> None:
    try:
        print(await contains("quick"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
