"""`asyncio.Runner` closes its loop at the end of the `with`, and the log records with it.

before: lost
after: delivered
python: 3.11
"""

import asyncio
import logging

from litellm import acompletion
import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def _deliver_traces(timeout: float = 10.0) -> None:
    """Let LiteLLM finish logging; never raise into the program."""
    try:
        await asyncio.sleep(0)  # LiteLLM enqueues from a task of its own: let it start
        await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), timeout)
    except Exception:
        logging.getLogger(__name__).exception("Not all traces have reached Langfuse")


async def ask(question: str) -> None:
    try:
        answer = await acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
        print(answer.choices[0].message.content)
    finally:
        await _deliver_traces()


def main() -> None:
    with asyncio.Runner() as runner:
        runner.run(ask("What runs a coroutine?"))


main()
