"""The function of the other module returns the text, not the stream.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from answers import answer

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        for word in (await answer("A few words")).split():
            if word.startswith("q"):
                print(word)
                break
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
