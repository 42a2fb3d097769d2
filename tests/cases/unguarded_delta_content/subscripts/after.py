"""Chunks can be read like dicts; the value behind `["content"]` is `None` all the same.

before: crashed
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    messages = [{"role": "user", "content": "Name a colour."}]
    colour = ""
    try:
        response = await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)
        async for chunk in response:
            colour += chunk["choices"][0]["delta"]["content"] or ""
        print(colour)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
