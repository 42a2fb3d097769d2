"""A pool of threads has no processes that could end.

before: delivered
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Same house, other room?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


def work(number: int) -> None:
    asyncio.run(main())


with ThreadPoolExecutor(1) as pool:
    list(pool.map(work, [1]))
