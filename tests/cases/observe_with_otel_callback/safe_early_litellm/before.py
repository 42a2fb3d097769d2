"""LiteLLM 1.77 makes a span of its own.

before: delivered
target: litellm==1.77.7, langfuse==3.6.2
"""

import asyncio

import litellm
from langfuse import observe
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.callbacks = ["langfuse_otel"]


@observe()
async def answer() -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "In the old days?"}]
    )
    return str(response.choices[0].message.content)


async def main() -> None:
    try:
        print(await answer())
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
