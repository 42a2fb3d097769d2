import asyncio

from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER


async def deliver_traces() -> None:
    await asyncio.sleep(0)
    await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), timeout=10)
