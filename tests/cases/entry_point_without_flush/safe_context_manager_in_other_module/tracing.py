import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER


@asynccontextmanager
async def traced() -> AsyncIterator[None]:
    litellm.success_callback = ["langfuse"]
    try:
        yield
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()
