"""A worker of a process pool is terminated: its exit handlers never run.

The exporter sends every second by itself, that of litellm 1.77 every half: on a slow machine it may be in time.

before: lost
or: delivered
after: delivered
"""

import asyncio
from multiprocessing import get_context

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def ask(question: str) -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
        )
        print(response.choices[0].message.content)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()  # expect: LLM305@15


def work(question: str) -> None:
    asyncio.run(ask(question))


if __name__ == "__main__":
    with get_context("fork").Pool(1) as pool:
        pool.map(work, ["Are you my parent?"])
