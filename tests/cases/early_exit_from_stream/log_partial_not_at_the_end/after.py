"""On `finish_reason` nothing more is generated: the whole answer is logged, whatever the other exits do.

before: lost
after: delivered
early-exit: log-partial
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def opening() -> str:
    text = ""
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Tell me about foxes."}], stream=True
    )
    async for chunk in response:
        text += chunk.choices[0].delta.content or ""
        if chunk.choices[0].finish_reason:
            # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
            async for _ in response:
                pass
            break
    return text


async def main() -> None:
    try:
        print(await opening())
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
