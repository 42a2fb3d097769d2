"""`cast` changes nothing at run time: what it returns is still the LiteLLM stream.

before: lost
after: delivered
"""

import asyncio
from typing import cast

import litellm
from litellm import CustomStreamWrapper
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    messages = [{"role": "user", "content": "Two synonyms of 'quick'"}]
    response = cast(CustomStreamWrapper, await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True))
    words = ""
    async for chunk in response:
        content = chunk.choices[0].delta.content
        if isinstance(content, str) and content:
            words += content
        else:
            break  # expect: LLM101
    print(words)


async def run() -> None:
    try:
        await main()
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(run())
