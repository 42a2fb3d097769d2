"""The name stands for something else when the second loop runs: the first stream is never read to its end.

before: lost
after: delivered
"""

import asyncio
from collections.abc import AsyncIterator

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def footer() -> AsyncIterator[str]:
    yield "--"
    yield "written by a machine"


async def main() -> None:
    try:
        lines = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "A short letter"}], stream=True
        )
        letter = ""
        async for chunk in lines:
            letter += chunk.choices[0].delta.content or ""
            if chunk.choices[0].finish_reason is not None:
                # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
                async for _ in lines:
                    pass
                break
        lines = footer()
        async for line in lines:
            letter += f"\n{line}"
        print(letter)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
