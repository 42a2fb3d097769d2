"""The package's `__init__` registers the callback, and the call is in a module of it.

before: lost
after: delivered
"""

import asyncio
import logging

from assistant.chat import answer


async def _deliver_traces(timeout: float = 10.0) -> None:
    """Let LiteLLM finish logging; never raise into the program."""
    try:
        from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

        await asyncio.sleep(0)  # LiteLLM enqueues from a task of its own: let it start
        await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), timeout)
    except Exception:
        logging.getLogger(__name__).exception("Not all traces have reached Langfuse")


async def main() -> None:
    try:
        print(await answer("Who am I talking to?"))
    finally:
        await _deliver_traces()


asyncio.run(main())
