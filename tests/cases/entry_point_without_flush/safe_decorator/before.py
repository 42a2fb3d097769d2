"""A decorator wraps the entry point and delivers after it.

before: delivered
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


def delivers_traces(function: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @functools.wraps(function)
    async def wrapper(*args: object, **kwargs: object) -> None:
        try:
            await function(*args, **kwargs)
        finally:
            await asyncio.sleep(0)
            await GLOBAL_LOGGING_WORKER.flush()

    return wrapper


@delivers_traces
async def main(question: str) -> None:
    response = await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
    print(response.choices[0].message.content)


asyncio.run(main("Wrapped?"))
