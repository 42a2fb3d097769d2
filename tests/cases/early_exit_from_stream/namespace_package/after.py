"""The package has no `__init__`.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from backend.client import open_stream

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await open_stream("Three moons")
        text = ""
        async for chunk in response:
            text += chunk.choices[0].delta.content or ""
            if chunk.choices[0].finish_reason:
                # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
                async for _ in response:
                    pass
                break
        print(text)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
