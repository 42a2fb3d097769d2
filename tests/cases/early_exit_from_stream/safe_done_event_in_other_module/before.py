"""The wrapper yields its `done` event after the loop: the stream has ended by then.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from events import events

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        async for event in events("Are you really done?"):
            print(event.text, end="")
            if event.done:
                break
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
