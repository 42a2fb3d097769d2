"""Two modules import each other; the stream is found all the same.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from agents.agent import Agent

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await Agent("poet").say("Three rhymes")
        text = ""
        async for chunk in response:
            text += chunk.choices[0].delta.content or ""
            if chunk.choices[0].finish_reason:
                break  # expect: LLM101
        print(text)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
