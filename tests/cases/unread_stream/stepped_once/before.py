"""One chunk is taken by hand, and that is all.

before: lost
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def identifier(prompt: str) -> str:
    messages = [{"role": "user", "content": prompt}]
    response = await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)  # expect: LLM104
    chunk = await anext(response)
    return chunk.id


async def main() -> None:
    try:
        print(await identifier("Who are you?"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
