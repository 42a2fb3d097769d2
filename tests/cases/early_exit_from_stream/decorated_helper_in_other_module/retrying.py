import functools
from collections.abc import Awaitable, Callable
from typing import Any


def retried(attempts: int) -> Callable[[Callable[..., Awaitable[Any]]], Callable[..., Awaitable[Any]]]:
    def decorate(function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        @functools.wraps(function)
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            for _ in range(attempts - 1):
                try:
                    return await function(*args, **kwargs)
                except TimeoutError:
                    continue
            return await function(*args, **kwargs)

        return wrapper

    return decorate
