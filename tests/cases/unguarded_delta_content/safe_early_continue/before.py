"""`continue` before the use: the rest of the body never sees a `None`.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def summary(text: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Summarise: {text}"}], stream=True
    )
    words = ""
    async for chunk in response:
        if not chunk.choices or chunk.choices[0].delta.content is None:
            continue
        delta = chunk.choices[0].delta
        words += delta.content
    return words


async def main() -> None:
    try:
        print(await summary("A long text."))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
