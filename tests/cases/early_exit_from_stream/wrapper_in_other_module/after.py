"""A generator of another module is left early: it is suspended for good, and the stream inside it with it.

before: lost
after: delivered
fix: unsafe
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from streaming import tokens

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        stream = tokens("A long poem")
        text = ""
        async for token in stream:
            text += token
            if len(text) > 20:
                # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
                async for _ in stream:
                    pass
                break
        print(text)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
