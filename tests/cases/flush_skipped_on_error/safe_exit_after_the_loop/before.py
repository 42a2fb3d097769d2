"""The exit status is given after `asyncio.run` has returned.

before: failed, delivered
"""

import asyncio
import sys

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> int:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Pass or fail?"}]
        )
        return 0 if "pass" in response.choices[0].message.content else 3
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


sys.exit(asyncio.run(main()))
