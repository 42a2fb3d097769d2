"""`or ""` at the read, in all its shapes.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def blurb(book: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"A blurb for {book}"}], stream=True
    )
    text = ""
    async for chunk in response:
        delta = chunk.choices[0].delta
        quoted = "'" + (delta.get("content") or "") + "'"
        text += delta.content or quoted.strip("'")
    return text


async def main() -> None:
    try:
        print(await blurb("Moby-Dick"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
