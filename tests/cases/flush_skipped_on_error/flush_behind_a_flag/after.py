"""Whether anything is waited for depends on a flag that has nothing to do with it.

before: lost
after: delivered
"""

import asyncio
import logging
import sys

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


async def main(verbose: bool) -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "How much do you say?"}]
        )
        print(response.choices[0].message.content)
        if verbose:
            await asyncio.sleep(0)
            await GLOBAL_LOGGING_WORKER.flush()
            print("logged")
    finally:
        await _deliver_traces()


asyncio.run(main(verbose="-v" in sys.argv))
