"""Two-phase consumption: the text first, then the usage chunk that follows the finish, from the same stream.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def answer_and_cost(question: str) -> tuple[str, int]:
    stream = await litellm.acompletion(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": question}],
        stream=True,
        stream_options={"include_usage": True},
    )
    text, tokens = "", 0
    async for chunk in stream:
        text += chunk.choices[0].delta.content or ""
        if chunk.choices[0].finish_reason is not None:
            break
    async for chunk in stream:
        if usage := getattr(chunk, "usage", None):
            tokens = usage.total_tokens
    return text, tokens


async def main() -> None:
    try:
        print(await answer_and_cost("How much is this?"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
