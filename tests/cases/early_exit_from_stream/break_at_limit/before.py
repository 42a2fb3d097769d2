"""A limit on the number of pieces, in the inline iterable form: the stream gets a name so that it can be drained.

before: lost
after: delivered
fix: unsafe
"""

import asyncio

import litellm
from litellm import acompletion
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]

PREVIEW = 2


async def preview(question: str) -> str:
    seen = 0
    text = ""
    async for chunk in await acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}], stream=True
    ):
        text += chunk.choices[0].delta.content or ""
        seen += 1
        if seen >= PREVIEW:
            break  # expect: LLM101
    return text + "…"


async def main() -> None:
    try:
        print(await preview("Explain tides."))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
