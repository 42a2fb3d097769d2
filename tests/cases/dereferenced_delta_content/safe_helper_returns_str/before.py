"""A helper of the module always returns a string.

before: delivered
"""

import asyncio
from typing import Any

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


def text_of(chunk: Any) -> str:
    return chunk.choices[0].delta.content or ""


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Take it apart."}], stream=True
        )
        async for chunk in response:
            print(text_of(chunk).strip())
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
