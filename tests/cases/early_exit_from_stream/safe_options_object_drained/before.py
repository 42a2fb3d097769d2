"""The object carries the stream, the loop is left, and the rest is read through the same object.

before: delivered
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


@dataclass
class RenderOptions:
    stream: Any
    limit: int = 20


async def render(options: RenderOptions) -> str:
    text = ""
    async for chunk in options.stream:
        text += chunk.choices[0].delta.content or ""
        if len(text) > options.limit:
            break
    async for _ in options.stream:
        pass
    return text


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "A picture in words"}], stream=True
        )
        print(await render(RenderOptions(stream=response)))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
