"""A bare `return` in an async generator: its consumer exhausts the generator, but nobody exhausts the stream in it.

before: lost
after: delivered
"""

import asyncio
from collections.abc import AsyncIterator

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def server_sent_events(question: str) -> AsyncIterator[str]:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}], stream=True
    )
    async for chunk in response:
        yield f"data: {chunk.choices[0].delta.content or ''}\n\n"
        if chunk.choices[0].finish_reason:
            yield "data: [DONE]\n\n"
            return  # expect: LLM101


async def main() -> None:
    try:
        async for event in server_sent_events("What is SSE?"):
            print(event, end="")
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
