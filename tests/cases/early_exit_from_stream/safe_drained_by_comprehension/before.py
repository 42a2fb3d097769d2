"""A comprehension over the same stream reads what the loop has left.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Head and tail"}], stream=True
        )
        head = ""
        async for chunk in response:
            head += chunk.choices[0].delta.content or ""
            if head:
                break
        tail = [chunk.choices[0].delta.content or "" async for chunk in response]
        print(head, "|", "".join(tail))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
