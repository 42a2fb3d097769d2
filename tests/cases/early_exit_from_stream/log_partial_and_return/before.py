"""The value that is returned is computed behind the logging, from a stream that has no name.

before: lost
after: partial
fix: unsafe
early-exit: log-partial
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


def shortened(text: str, limit: int) -> str:
    return f"{text[:limit]}..."


async def summary(limit: int) -> str:
    text = ""
    async for chunk in await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Summarise the report."}], stream=True
    ):
        text += chunk.choices[0].delta.content or ""
        if len(text) > limit: return shortened(text, limit)  # expect: LLM101
    return text


async def main() -> None:
    try:
        print(await summary(10))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
