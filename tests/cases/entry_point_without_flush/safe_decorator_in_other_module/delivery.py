import asyncio
import functools
from collections.abc import Awaitable, Callable

from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER


def delivers_traces(function: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @functools.wraps(function)
    async def wrapper(*args: object, **kwargs: object) -> None:
        try:
            await function(*args, **kwargs)
        finally:
            await asyncio.sleep(0)
            await GLOBAL_LOGGING_WORKER.flush()

    return wrapper
