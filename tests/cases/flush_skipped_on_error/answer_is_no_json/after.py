"""The answer cannot be parsed, and the run that failed is the one without a trace.

before: failed
after: failed, delivered
"""

import asyncio
import json

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "JSON, please"}]
        )
        print(json.loads(response.choices[0].message.content))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
