"""A helper is pushed on an `AsyncExitStack` before anything can fail.

before: failed, delivered
"""

import asyncio
from contextlib import AsyncExitStack

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def deliver_traces() -> None:
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


async def main() -> None:
    async with AsyncExitStack() as stack:
        stack.push_async_callback(deliver_traces)
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Who is in charge?"}]
        )
        raise PermissionError(response.choices[0].message.content)


asyncio.run(main())
