"""The delivery is pushed on an exit stack.

before: delivered
"""

import asyncio
from contextlib import AsyncExitStack

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def deliver() -> None:
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


async def main() -> None:
    async with AsyncExitStack() as stack:
        stack.push_async_callback(deliver)
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "First in, last out?"}]
        )
        print(response.choices[0].message.content)


asyncio.run(main())
