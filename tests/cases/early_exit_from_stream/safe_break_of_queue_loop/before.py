"""A producer exhausts the stream into a queue; the consumer leaves its own loop at the sentinel.

before: delivered
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def produce(queue: asyncio.Queue[str | None]) -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "News of the day"}], stream=True
    )
    async for chunk in response:
        await queue.put(chunk.choices[0].delta.content or "")
    await queue.put(None)


@asynccontextmanager
async def traced() -> AsyncIterator[None]:
    try:
        yield
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


async def main() -> None:
    async with traced():
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        producer = asyncio.create_task(produce(queue))
        while True:
            text = await queue.get()
            if text is None:
                break
            print(text, end="")
        await producer


asyncio.run(main())
