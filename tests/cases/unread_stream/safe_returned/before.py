"""A function makes the stream and returns it; its caller reads it.

before: delivered
"""

import asyncio
from typing import Any

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def start(prompt: str) -> Any:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    return response


async def main() -> None:
    try:
        async for chunk in await start("Pass it on."):
            print(chunk.choices[0].delta.content or "", end="")
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
