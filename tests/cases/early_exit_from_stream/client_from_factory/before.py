"""A factory in another module hands out the client.

before: lost
after: delivered
fix: unsafe
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from clients import get_client

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        client = get_client()
        stream = client.chat("A long chat")
        text = ""
        async for token in stream:
            text += token
            if len(text) > 20:
                break  # expect: LLM101
        print(text)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
