"""A client in a local variable, flushed as the last thing `main` does.

before: lost
after: delivered
"""

import asyncio
import logging

import litellm
from langfuse import Langfuse
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def joke() -> str:
    response = await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "A joke!"}])
    return response.choices[0].message.content


async def _deliver_traces(timeout: float = 10.0) -> None:
    """Let LiteLLM finish logging; never raise into the program."""
    try:
        await asyncio.sleep(0)  # LiteLLM enqueues from a task of its own: let it start
        await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), timeout)
    except Exception:
        logging.getLogger(__name__).exception("Not all traces have reached Langfuse")


async def main() -> None:
    client = Langfuse()
    try:
        print(await joke())
    finally:
        await _deliver_traces()
        client.flush()


asyncio.run(main())
