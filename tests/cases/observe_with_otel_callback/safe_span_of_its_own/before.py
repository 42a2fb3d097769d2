"""With this variable each call gets a span of its own inside the active one.

before: delivered
target: litellm==1.106.2, langfuse==5.0.4
"""

import asyncio
import os

import litellm
from langfuse import observe
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.callbacks = ["langfuse_otel"]
os.environ["USE_OTEL_LITELLM_REQUEST_SPAN"] = "true"


@observe()
async def answer() -> str:
    response = await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "A child?"}])
    return str(response.choices[0].message.content)


async def main() -> None:
    try:
        print(await answer())
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
