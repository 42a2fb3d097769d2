"""A cloud function that waits for LiteLLM's logging and flushes its exporter.

The default pair only: the others have another exporter.

before: delivered
pairs: default
beside: cloud.py
"""

import asyncio
from typing import Any

import cloud
import litellm
from litellm.integrations.langfuse.langfuse_sdk import flush_langfuse_tracing
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def answer(event: dict[str, Any]) -> str:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": event["question"]}]
        )
        return response.choices[0].message.content
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()
        flush_langfuse_tracing()


def handler(event: dict[str, Any], context: object) -> str:
    return asyncio.run(answer(event))


cloud.serve(handler, [{"question": "Warm enough?"}])
