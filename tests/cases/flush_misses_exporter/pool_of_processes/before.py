"""A worker of a process pool is terminated: its exit handlers never run.

The client that litellm 1.77 keeps for Langfuse 2 sends every half second: there it is a matter of luck.

before: lost
after: delivered
pairs: default, otel
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
