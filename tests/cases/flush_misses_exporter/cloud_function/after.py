"""A cloud freezes the process as soon as the handler has returned.

before: lost
after: delivered
beside: freezing_cloud.py
"""

import asyncio
import logging
import threading
from typing import Any

import freezing_cloud
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


async def answer(question: str) -> str:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
        )
        return response.choices[0].message.content
    finally:
        await _deliver_traces()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return {"answer": asyncio.run(answer(event["question"]))}


if __name__ == "__main__":
    freezing_cloud.serve(handler, [{"question": "Cold out there?"}])
