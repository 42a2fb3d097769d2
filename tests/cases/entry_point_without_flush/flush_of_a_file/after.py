"""`.flush()` of a file is no flush of traces, wherever it stands.

before: lost
after: delivered
"""

import asyncio
import logging
import sys
from tempfile import TemporaryFile

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


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Something worth keeping"}]
        )
        with TemporaryFile("w") as file:
            file.write(response.choices[0].message.content or "")
            file.flush()
        sys.stdout.flush()
    finally:
        await _deliver_traces()


asyncio.run(main())
