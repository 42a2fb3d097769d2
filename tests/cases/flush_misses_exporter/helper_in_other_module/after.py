"""A helper of another module flushes the wrong thing: the call of it is where to look.

The exporter sends every second by itself, that of litellm 1.77 every half: on a slow machine it may be in time.

before: lost
or: delivered
after: delivered
"""

import asyncio
import logging
import os
import threading

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
from tracing import close

litellm.success_callback = ["langfuse"]


async def _deliver_traces(timeout: float = 5.0) -> None:
    """Let LiteLLM finish logging, then flush its exporter; never raise into the program."""
    try:
        await asyncio.sleep(0)  # LiteLLM enqueues from a task of its own: let it start
        await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), timeout)
        from litellm.integrations.langfuse.langfuse_sdk import flush_langfuse_tracing

        flushes = [flush_langfuse_tracing]
        exporting = threading.Thread(
            target=lambda: [flush() for flush in flushes], daemon=True
        )
        exporting.start()
        exporting.join(timeout)
        if exporting.is_alive():
            raise TimeoutError("Langfuse does not answer")
    except Exception:
        logging.getLogger(__name__).exception("Not all traces have reached Langfuse")


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Is anybody there?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await _deliver_traces()


if __name__ == "__main__":
    asyncio.run(main())
    close()
    os._exit(0)
