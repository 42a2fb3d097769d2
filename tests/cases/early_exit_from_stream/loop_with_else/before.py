"""A loop with `else`: `continue` would reach the `else` that `break` skips, so the fix drains instead.

before: lost
after: delivered
fix: unsafe
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def poem(form: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"A {form}"}], stream=True
    )
    text = ""
    async for chunk in response:
        piece = chunk.choices[0].delta.content
        if not piece:
            break  # expect: LLM101
        text += piece
    else:
        text += "\n(the end)"
    return text


async def main() -> None:
    try:
        print(await poem("limerick"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
