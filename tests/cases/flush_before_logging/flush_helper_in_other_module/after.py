"""The helper of another module flushes Langfuse, and only that.

before: lost
after: delivered
"""

import asyncio
import logging

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from observability import flush_langfuse

litellm.success_callback = ["langfuse"]


async def _deliver_traces(timeout: float = 10.0) -> None:
    """Let LiteLLM finish logging; never raise into the program."""
    try:
        await asyncio.sleep(0)  # LiteLLM enqueues from a task of its own: let it start
        await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), timeout)
    except Exception:
        logging.getLogger(__name__).exception("Not all traces have reached Langfuse")


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Who is tracing?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await _deliver_traces()
        flush_langfuse()


asyncio.run(main())
