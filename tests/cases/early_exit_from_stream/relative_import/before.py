"""The loop is in a module of a package, which gets the stream through a relative import.

Only the program is fixed here, so the loop stays as it is.

before: lost
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from app.views.chat import first_words

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        print(await first_words("Everything about whales"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
