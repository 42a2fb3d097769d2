"""`flush` of standard output before the first step: the name alone means nothing.

before: delivered
"""

import asyncio
import sys

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        client = sys.stdout
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Which client?"}]
        )
        client.write(f"{response.choices[0].message.content}\n")
        client.flush()
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
