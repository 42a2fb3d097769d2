"""A task of a queue runs its coroutine with what it was given.

before: lost
after: delivered
"""

import asyncio
import logging

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
from tasks import Tasks

litellm.success_callback = ["langfuse"]
tasks = Tasks()


async def _deliver_traces(timeout: float = 10.0) -> None:
    """Let LiteLLM finish logging; never raise into the program."""
    try:
        await asyncio.sleep(0)  # LiteLLM enqueues from a task of its own: let it start
        await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), timeout)
    except Exception:
        logging.getLogger(__name__).exception("Not all traces have reached Langfuse")


async def answer(question: str) -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
        )
        print(response.choices[0].message.content)
    finally:
        await _deliver_traces()


@tasks.task
def work(question: str) -> None:
    asyncio.run(answer(question))


work.later("Is it my turn?")
tasks.work()
