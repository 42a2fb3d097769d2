"""The handler reports the error and raises it again.

before: failed
after: failed, delivered
"""

import asyncio
import sys

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        try:
            response = await litellm.acompletion(
                model="gpt-4o-mini", messages=[{"role": "user", "content": "Break something"}]
            )
            if response.choices[0].message.content:
                raise RuntimeError(response.choices[0].message.content)
        except RuntimeError as error:
            print(error, file=sys.stderr)
            raise
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
