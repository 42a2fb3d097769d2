"""How long to sleep is a constant of the module, and its name says what for.

before: delivered
after: delivered
"""

import asyncio
import logging

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]

LANGFUSE_GRACE_SECONDS = 1.5


async def answer(question: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
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
        print(await answer("How long is a while?"))
    finally:
        # give Langfuse some time to send
        await _deliver_traces()


asyncio.run(main())
