"""As much of an application server as is needed: it serves a few requests inside the lifespan, and shuts down."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

Handler = Callable[[], Awaitable[Any]]


class App:
    def __init__(
        self, lifespan: Callable[[Any], Any] | None = None, on_shutdown: list[Handler] | None = None
    ) -> None:
        self.lifespan = lifespan
        self.closing = list(on_shutdown or [])
        self.routes: list[Handler] = []

    def get(self, path: str) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.routes.append(handler)
            return handler

        return register

    def on_event(self, event: str) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.closing.append(handler)
            return handler

        return register


def serve(app: App) -> None:
    asyncio.run(_serve(app))


async def _serve(app: App) -> None:
    async with AsyncExitStack() as stack:
        if app.lifespan is not None:
            await stack.enter_async_context(app.lifespan(app))
        for handler in app.routes:
            print(await handler())
        for close in app.closing:
            await close()
