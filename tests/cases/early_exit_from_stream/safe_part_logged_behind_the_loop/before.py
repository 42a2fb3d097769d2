"""What was received is logged behind the loop, whose `break` is harmless by that.

before: partial
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def reply(limit: int) -> str:
    text, chunks = "", []
    messages = [{"role": "user", "content": "Tell me about foxes."}]
    response = await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)
    async for chunk in response:
        chunks.append(chunk)
        text += chunk.choices[0].delta.content or ""
        if len(text) > limit:
            break
    try:
        log = response.logging_obj
        await log.async_success_handler(litellm.stream_chunk_builder(chunks, messages=messages), None, None, False)
    except Exception as error:
        print("not logged:", error)
    return text


async def main() -> None:
    try:
        print(await reply(20))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
