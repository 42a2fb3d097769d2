"""The lifespan of the application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def manage(application: object) -> AsyncIterator[None]:
    yield
    print("Bye")
