"""A class of the program's own is called `Router` and has an `acompletion`: it routes trains.

before: delivered
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


class Router:
    def __init__(self, stations: list[str]) -> None:
        self.stations = stations

    async def acompletion(self, start: str, stream: bool = True) -> AsyncIterator[str]:
        async def rest() -> AsyncIterator[str]:
            for station in self.stations[self.stations.index(start) :]:
                yield station

        return rest()


router = Router(["Turku", "Salo", "Karjaa", "Helsinki"])


@asynccontextmanager
async def traced() -> AsyncIterator[None]:
    try:
        yield
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


async def main() -> None:
    async with traced():
        async for station in await router.acompletion("Salo", stream=True):
            if station == "Karjaa":
                break
        answer = await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "A stop!"}])
        print(station, answer.choices[0].message.content)


asyncio.run(main())
