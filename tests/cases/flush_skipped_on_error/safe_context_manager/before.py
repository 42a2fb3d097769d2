"""An async context manager takes the two steps on every way out.

before: failed, delivered
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


@asynccontextmanager
async def traced() -> AsyncIterator[None]:
    try:
        yield
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


async def main() -> None:
    async with traced():
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "A number"}]
        )
        print(int(response.choices[0].message.content))


asyncio.run(main())
