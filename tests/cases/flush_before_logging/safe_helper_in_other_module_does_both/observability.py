import asyncio

from langfuse import Langfuse
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER


async def flush_traces() -> None:
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()
    Langfuse().flush()
