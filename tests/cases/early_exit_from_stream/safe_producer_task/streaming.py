import asyncio
from collections.abc import AsyncGenerator

import litellm


async def produce(prompt: str, queue: asyncio.Queue[str | None]) -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    async for chunk in response:
        await queue.put(chunk.choices[0].delta.content or "")
    await queue.put(None)


async def tokens(prompt: str) -> AsyncGenerator[str, None]:
    queue: asyncio.Queue[str | None] = asyncio.Queue()
    producer = asyncio.create_task(produce(prompt, queue))
    try:
        while (token := await queue.get()) is not None:
            yield token
    finally:
        await producer
