"""Two rules in one loop: the crash comes first, and without it the `break` would lose the trace.

before: crashed
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def speech(occasion: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"A speech for {occasion}"}], stream=True
    )
    text = ""
    async for chunk in response:
        text += chunk.choices[0].delta.content or ""
        if chunk.choices[0].finish_reason == "stop":
            # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
            async for _ in response:
                pass
            break
    return text


async def main() -> None:
    try:
        print(await speech("a farewell"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
