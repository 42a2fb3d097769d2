"""A call that is only to warm something up: its stream is thrown away.

before: lost
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def warm_up() -> None:
    messages = [{"role": "user", "content": "ping"}]
    await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)  # expect: LLM104


async def main() -> None:
    try:
        await warm_up()
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
