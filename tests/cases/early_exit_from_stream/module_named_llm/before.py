"""A module of the project offers an `acompletion` of its own, which passes everything on.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

import llm

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await llm.acompletion("Three cheeses", stream=True)
        text = ""
        async for chunk in response:
            text += chunk.choices[0].delta.content or ""
            if chunk.choices[0].finish_reason:
                break  # expect: LLM101
        print(text)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
