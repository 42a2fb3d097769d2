"""Stepping by hand until `StopAsyncIteration` exhausts the stream as well as a loop does.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def typewriter(prompt: str) -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    while True:
        try:
            chunk = await response.__anext__()
        except StopAsyncIteration:
            break
        print(chunk.choices[0].delta.content or "", end="", flush=True)


async def main() -> None:
    try:
        await typewriter("Type slowly.")
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
