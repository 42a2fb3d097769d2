"""A generator around the stream reads the rest in its `finally`, so its consumer may leave when it likes.

before: delivered
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def tokens(prompt: str) -> AsyncGenerator[str, None]:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    try:
        async for chunk in response:
            yield chunk.choices[0].delta.content or ""
    finally:
        async for _ in response:
            pass


async def main() -> None:
    try:
        async with aclosing(tokens("Keep talking.")) as words:
            async for word in words:
                if word:
                    print(word)
                    break
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
