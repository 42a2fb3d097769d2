"""The entry point itself is a method: the helper goes before the class, the `try` into the method.

before: lost
after: delivered
"""

import asyncio
import logging

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


class Gardener:
    def __init__(self, season: str) -> None:
        self.season = season

    async def work(self) -> None:
        try:
            advice = await litellm.acompletion(
                model="gpt-4o-mini", messages=[{"role": "user", "content": f"What to plant in {self.season}?"}]
            )
            print(advice.choices[0].message.content)
        finally:
            await _deliver_traces()


asyncio.run(Gardener("spring").work())
