"""The client of the Langfuse SDK is flushed; LiteLLM's callback exports through something else.

Not on the legacy pair: Langfuse 2 has no `get_client`. The exporter sends every second by itself: on a slow machine it
may be in time.

before: lost
or: delivered
after: delivered
pairs: default, otel
"""

import asyncio
import os

import litellm
from langfuse import get_client
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Did it leave the house?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


try:
    asyncio.run(main())
finally:
    get_client().flush()  # expect: LLM305@5
    os._exit(0)
