"""`stream_chunk_builder` puts a text together: a message's content, not a delta's.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "A line to show"}], stream=True
        )
        chunks = [chunk async for chunk in response]
        answer = litellm.stream_chunk_builder(chunks)
        print(answer.choices[0].message.content)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
