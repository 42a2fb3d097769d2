"""A variable computed from `finish_reason` decides: leaving on it is as early as leaving on `finish_reason`.

before: lost
after: delivered
"""

import asyncio

import litellm as llm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

llm.success_callback = ["langfuse"]

FINAL = {"stop", "length", "tool_calls", "content_filter"}


async def story(opening: str) -> str:
    response = await llm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Go on: {opening}"}], stream=True
    )
    told = opening
    async for chunk in response:
        reason = chunk.choices[0].finish_reason
        told += chunk.choices[0].delta.content or ""
        finished = reason in FINAL
        if finished:
            break  # expect: LLM101
    return told


async def main() -> None:
    try:
        print(await story("Once upon a time "))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
