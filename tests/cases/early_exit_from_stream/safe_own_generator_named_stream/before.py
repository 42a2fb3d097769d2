"""An `async for` over the program's own numbers, however the iterator is called, is nobody's business.

before: delivered
"""

import asyncio
from collections.abc import AsyncIterator

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def countdown(start: int) -> AsyncIterator[int]:
    for number in range(start, -1, -1):
        yield number
        await asyncio.sleep(0)


async def main() -> None:
    try:
        stream = countdown(5)
        async for chunk in stream:
            if not chunk:
                break
            print(chunk)
        response = await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Lift-off!"}])
        print(response.choices[0].message.content)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
