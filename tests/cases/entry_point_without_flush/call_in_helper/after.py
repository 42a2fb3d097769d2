"""The call is two functions away from the entry point.

before: lost
after: delivered
"""

import asyncio
import logging

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def complete(prompt: str) -> str:
    response = await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}])
    return response.choices[0].message.content


async def name_the_ship(kind: str) -> str:
    return (await complete(f"A name for a {kind}")).strip()


async def _deliver_traces(timeout: float = 10.0) -> None:
    """Let LiteLLM finish logging; never raise into the program."""
    try:
        await asyncio.sleep(0)  # LiteLLM enqueues from a task of its own: let it start
        await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), timeout)
    except Exception:
        logging.getLogger(__name__).exception("Not all traces have reached Langfuse")


async def main() -> None:
    try:
        print(await name_the_ship("barge"))
    finally:
        await _deliver_traces()


if __name__ == "__main__":
    asyncio.run(main())
