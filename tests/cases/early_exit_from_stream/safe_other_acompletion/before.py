"""A function of the project that happens to be called `acompletion`: names are resolved, not matched.

before: delivered
"""

import asyncio
from collections.abc import AsyncIterator

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def acompletion(prefix: str) -> AsyncIterator[str]:
    """Shell-like completion of a command."""

    async def candidates() -> AsyncIterator[str]:
        for command in ("list", "listen", "load"):
            if command.startswith(prefix):
                yield command

    return candidates()


async def main() -> None:
    response = await acompletion("li")
    async for candidate in response:
        print(candidate)
        break
    help_text = await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Explain ls."}])
    print(help_text.choices[0].message.content)


async def run() -> None:
    try:
        await main()
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(run())
