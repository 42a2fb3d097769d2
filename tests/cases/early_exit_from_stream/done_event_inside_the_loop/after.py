"""The wrapper yields its `done` event from inside the loop: whoever leaves on it leaves the stream before its end.

before: lost
after: delivered
fix: unsafe
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from events import events

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        stream = events("Are you done?")
        async for event in stream:
            print(event.text, end="")
            if event.done:
                # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
                async for _ in stream:
                    pass
                break
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
