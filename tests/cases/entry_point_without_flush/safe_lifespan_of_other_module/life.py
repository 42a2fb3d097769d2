"""The lifespan of the application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER


@asynccontextmanager
async def manage(application: object) -> AsyncIterator[None]:
    yield
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()
