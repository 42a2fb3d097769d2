"""The wrapper reads the rest in its `finally`.

before: delivered
"""

import asyncio
from contextlib import aclosing

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from streaming import tokens

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        async with aclosing(tokens("As much as you like")) as stream:
            async for token in stream:
                if token:
                    print(token)
                    break
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
