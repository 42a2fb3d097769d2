"""The coroutine that is run does nothing but call the one that fails, and deliver.

before: failed, delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def work() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Two words"}]
    )
    first, second = response.choices[0].message.content.split()
    print(second, first)


async def run() -> None:
    try:
        await work()
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(run())
