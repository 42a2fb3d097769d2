"""A wrapper yields its own `done` event after it has exhausted the stream; leaving on that event is safe.

before: delivered
"""

import asyncio
from collections.abc import AsyncIterator

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def events(prompt: str) -> AsyncIterator[tuple[str, str]]:
    text = ""
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    async for chunk in response:
        piece = chunk.choices[0].delta.content or ""
        text += piece
        yield "text", piece
    yield "done", text


async def main() -> None:
    try:
        async for kind, payload in events("Tell me all."):
            if kind == "done":
                print(payload)
                break
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
