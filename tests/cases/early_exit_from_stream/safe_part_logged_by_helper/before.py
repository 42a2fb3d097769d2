"""A helper of the project's own hands what was received to the stream's logging object.

before: partial
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def log_received(stream: litellm.CustomStreamWrapper) -> None:
    part = litellm.stream_chunk_builder(stream.chunks, messages=stream.messages)
    if part is not None:
        await stream.logging_obj.async_success_handler(part)


async def reply(word: str) -> str:
    text = ""
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Tell me about foxes."}], stream=True
    )
    async for chunk in response:
        text += chunk.choices[0].delta.content or ""
        if word in text:
            await log_received(response)
            return text
    return text


async def main() -> None:
    try:
        print(await reply("quick"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
