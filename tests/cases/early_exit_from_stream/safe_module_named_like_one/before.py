"""A module of the project has streams and chunks in it, but no LiteLLM: names are no evidence.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from chat_stream import acompletion

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        async for chunk in acompletion("li", stream=True):
            print(chunk)
            break
        response = await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Explain ls."}])
        print(response.choices[0].message.content)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
