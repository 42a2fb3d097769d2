"""The project's helper always returns a string.

before: delivered
"""

import asyncio
from typing import Any

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


def text_of(chunk: Any) -> str:
    content = chunk.choices[0].delta.content
    if content is None:
        return ""
    return content


async def greeting(guest: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Greet {guest}"}], stream=True
    )
    words = ""
    async for chunk in response:
        words += text_of(chunk)
    return words


async def main() -> None:
    try:
        print(await greeting("the ambassador"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
