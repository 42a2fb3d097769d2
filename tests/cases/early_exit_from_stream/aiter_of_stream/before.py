"""`aiter(response)` is the stream itself; leaving a loop over it leaves the stream.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def deliver_traces() -> None:
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Three prime numbers"}], stream=True
        )
        chunks = aiter(response)
        head = await anext(chunks)
        numbers = head.choices[0].delta.content or ""
        async for chunk in chunks:
            numbers += chunk.choices[0].delta.content or ""
            if chunk.choices[0].finish_reason:
                break  # expect: LLM101
        print(numbers)
    finally:
        await deliver_traces()


asyncio.run(main())
