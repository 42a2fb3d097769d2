"""As much of a web framework as is needed to serve a request."""

from collections.abc import Awaitable, Callable
from typing import Any

Handler = Callable[[str], Awaitable[Any]]


class Router:
    def __init__(self) -> None:
        self.routes: dict[str, Handler] = {}

    def add_post(self, path: str, handler: Handler) -> None:
        self.routes[path] = handler


class Application:
    def __init__(self) -> None:
        self.router = Router()

    async def request(self, path: str, question: str) -> Any:
        return await self.router.routes[path](question)
