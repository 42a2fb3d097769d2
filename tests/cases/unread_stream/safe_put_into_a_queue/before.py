"""The stream travels through a queue to the task that reads it.

before: delivered
"""

import asyncio
from typing import Any

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def reader(streams: asyncio.Queue[Any]) -> None:
    async for chunk in await streams.get():
        print(chunk.choices[0].delta.content or "", end="")


async def main() -> None:
    streams: asyncio.Queue[Any] = asyncio.Queue()
    task = asyncio.create_task(reader(streams))
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Through the tube"}], stream=True
        )
        await streams.put(response)
        await task
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
