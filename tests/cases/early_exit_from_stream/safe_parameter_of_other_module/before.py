"""The function of the other module is given something else than a stream.

before: delivered
"""

import asyncio
from collections.abc import AsyncIterator

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from render import first

litellm.success_callback = ["langfuse"]


async def letters(text: str) -> AsyncIterator[str]:
    for letter in text:
        yield letter


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "A long word"}]
        )
        print(await first(letters(response.choices[0].message.content)))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
