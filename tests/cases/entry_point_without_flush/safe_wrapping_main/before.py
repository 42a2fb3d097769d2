"""The coroutine that is run calls the one that works, and delivers after it.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def work() -> int:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "How long is your answer?"}]
    )
    return len(response.choices[0].message.content or "")


async def run() -> int:
    try:
        return await work()
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


if __name__ == "__main__":
    print(asyncio.run(run()))
