"""The stream is handed to a function that reads it.

before: delivered
"""

import asyncio
from collections.abc import AsyncIterable
from typing import Any

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def show(chunks: AsyncIterable[Any]) -> None:
    async for chunk in chunks:
        print(chunk.choices[0].delta.content or "", end="")


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "For somebody else"}], stream=True
        )
        await show(response)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
