"""The flush that reaches the exporter stands before an `os._exit` inside the coroutine.

The default pair only: the others have another exporter.

before: delivered
pairs: default
"""

import asyncio
import os

import litellm
from litellm.integrations.langfuse.langfuse_sdk import flush_langfuse_tracing
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "One last word?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()
        await asyncio.to_thread(flush_langfuse_tracing)
        os._exit(0)


asyncio.run(main())
