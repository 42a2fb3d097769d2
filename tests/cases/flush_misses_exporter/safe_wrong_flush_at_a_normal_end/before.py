"""The flush reaches nothing, and nothing needs it: a normal exit sends what has been logged.

before: delivered
"""

import asyncio

import litellm
from langfuse import Langfuse
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Any harm done?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()
        Langfuse().flush()


asyncio.run(main())
