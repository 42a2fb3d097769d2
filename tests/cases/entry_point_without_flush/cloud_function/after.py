"""A cloud function hands its event on, as a library's wrapper would: it is where the program starts all the same.

before: lost
after: delivered
beside: cloud.py
"""

import asyncio
import logging
import threading
from typing import Any

import cloud
import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

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


async def answer(event: dict[str, Any]) -> str:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": event["question"]}]
        )
        return response.choices[0].message.content
    finally:
        await _deliver_traces()


def handler(event: dict[str, Any], context: object) -> str:
    return asyncio.run(answer(event))


cloud.serve(handler, [{"question": "Is it cold up there?"}])
