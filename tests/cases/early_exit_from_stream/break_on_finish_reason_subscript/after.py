"""`finish_reason` read through subscripts, in a one-line `if`: the drain needs a block of its own.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def tags(article: str) -> set[str]:
    events = await litellm.acompletion(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": f"Comma-separated tags for: {article}"}],
        stream=True,
    )
    text = ""
    async for event in events:
        if event["choices"][0]["finish_reason"] is not None:
            # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
            async for _ in events:
                pass
            break
        text += event["choices"][0]["delta"]["content"] or ""
    return {tag.strip() for tag in text.split(",")}


async def main() -> None:
    try:
        print(sorted(await tags("A short history of the bicycle")))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
