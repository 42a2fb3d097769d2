"""Stepped by hand, but in a loop, until `StopAsyncIteration` says that nothing is left.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def spell(prompt: str) -> str:
    text = ""
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    while True:
        try:
            chunk = await anext(response)
        except StopAsyncIteration:
            return text
        text += chunk.choices[0].delta.content or ""


async def main() -> None:
    try:
        print(await spell("entrepreneur"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
