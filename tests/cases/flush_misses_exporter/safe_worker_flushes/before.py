"""Each worker of the pool flushes when its work is done.

The default pair only: the others have another exporter.

before: delivered
pairs: default
"""

import asyncio
from multiprocessing import get_context

import litellm
from litellm.integrations.langfuse.langfuse_sdk import flush_langfuse_tracing
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Done with your part?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


def work(number: int) -> None:
    try:
        asyncio.run(main())
    finally:
        flush_langfuse_tracing()


if __name__ == "__main__":
    with get_context("fork").Pool(1) as pool:
        pool.map(work, [1])
