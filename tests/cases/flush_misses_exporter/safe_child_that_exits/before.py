"""A forked child that ends like a program does: its exit handlers run.

before: delivered
"""

import asyncio
import os
import sys

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Grown up now?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


child = os.fork()
if child == 0:
    asyncio.run(main())
    sys.exit(0)
os.waitpid(child, 0)
