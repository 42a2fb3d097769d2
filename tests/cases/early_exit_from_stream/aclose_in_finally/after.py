"""`aclose()` in a `finally` is not a drain: the call is never logged.

Not on the legacy pair: LiteLLM streams have no `aclose` there.

before: lost
after: delivered
fix: unsafe
pairs: default, otel
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def headline(article: str, width: int) -> str:
    text = ""
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"A headline: {article}"}], stream=True
    )
    try:
        async for chunk in response:
            text += chunk.choices[0].delta.content or ""
            if len(text) > width:
                # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
                async for _ in response:
                    pass
                return text[:width]
    finally:
        await response.aclose()
    return text


async def main() -> None:
    try:
        print(await headline("The council met on Tuesday.", width=3))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
