"""`main` returns before the two steps when there is nothing more to do.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Is there anything to do?"}]
        )
        if "work" not in response.choices[0].message.content:
            return
        print("working")
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
