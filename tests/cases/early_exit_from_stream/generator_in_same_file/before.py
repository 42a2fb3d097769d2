"""The generator around the stream is in the same file.

before: lost
after: delivered
fix: unsafe
"""

import asyncio
from collections.abc import AsyncIterator

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def tokens(prompt: str) -> AsyncIterator[str]:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    async for chunk in response:
        yield chunk.choices[0].delta.content or ""


async def main() -> None:
    try:
        stream = tokens("A long tale")
        text = ""
        async for token in stream:
            text += token
            if len(text) > 20:
                break  # expect: LLM101
        print(text)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
