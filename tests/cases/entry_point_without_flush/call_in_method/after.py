"""The call sits in a method of an object that `main` makes.

before: lost
after: delivered
"""

import asyncio
import logging

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


class Oracle:
    model = "gpt-4o-mini"

    def __init__(self, temple: str) -> None:
        self.system = f"You are the oracle of {temple}."

    async def ask(self, question: str) -> str:
        response = await litellm.acompletion(
            model=self.model,
            messages=[{"role": "system", "content": self.system}, {"role": "user", "content": question}],
        )
        return response.choices[0].message.content


async def _deliver_traces(timeout: float = 10.0) -> None:
    """Let LiteLLM finish logging; never raise into the program."""
    try:
        await asyncio.sleep(0)  # LiteLLM enqueues from a task of its own: let it start
        await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), timeout)
    except Exception:
        logging.getLogger(__name__).exception("Not all traces have reached Langfuse")


async def main() -> None:
    try:
        oracle = Oracle("Delphi")
        print(await oracle.ask("Will it rain?"))
    finally:
        await _deliver_traces()


asyncio.run(main())
