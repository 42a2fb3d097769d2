"""The `else` of the loop runs when the stream is exhausted: a `return` there leaves nothing behind.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def pros_and_cons(plan: str) -> str:
    parts: list[str] = []
    async for chunk in await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Pros and cons of {plan}"}], stream=True
    ):
        parts.append(chunk.choices[0].delta.content or "")
    else:
        return "".join(parts)


async def main() -> None:
    try:
        print(await pros_and_cons("moving to the sea"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
