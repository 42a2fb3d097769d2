"""The stream is made and nobody ever looks into it.

before: lost
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(  # expect: LLM104
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Are you there?"}], stream=True
        )
        print("sent" if response is not None else "not sent")
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
