"""The generator around the stream logs in its `finally` what its consumer has let it receive.

before: partial
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def words(question: str) -> AsyncIterator[str]:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}], stream=True
    )
    try:
        async for chunk in response:
            yield chunk.choices[0].delta.content or ""
    finally:
        part = litellm.stream_chunk_builder(response.chunks, messages=response.messages)
        await response.logging_obj.async_success_handler(part, start_time=None, end_time=None, cache_hit=False)


async def reply(word: str) -> str:
    text = ""
    async with aclosing(words("Tell me about foxes.")) as stream:
        async for piece in stream:
            text += piece
            if word in text:
                break
    return text


async def main() -> None:
    try:
        print(await reply("quick"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
