from collections.abc import Awaitable, Callable
from typing import Any


async def persistently(function: Callable[..., Awaitable[Any]], **kwargs: Any) -> Any:
    for _ in range(2):
        try:
            return await function(**kwargs)
        except TimeoutError:
            continue
    return await function(**kwargs)
