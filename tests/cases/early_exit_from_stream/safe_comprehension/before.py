"""A comprehension cannot be left early; the `break` below it is that of a list.

before: delivered
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
            model="gpt-4o-mini", messages=[{"role": "user", "content": "A palindrome"}], stream=True
        )
        chunks = [chunk async for chunk in response]
        for chunk in chunks:
            if chunk.choices[0].finish_reason:
                break
            print(chunk.choices[0].delta.content or "", end="")
    finally:
        await deliver_traces()


asyncio.run(main())
