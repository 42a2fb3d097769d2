"""The decorated function makes the call through a helper.

before: lost
target: litellm==1.106.2, langfuse==5.0.4
"""

import asyncio

import litellm
from langfuse import observe
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.callbacks = ["langfuse_otel"]  # expect: LLM403


async def ask() -> str:
    response = await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Who calls?"}])
    return str(response.choices[0].message.content)


@observe(name="pipeline")
async def pipeline() -> str:
    return await ask()


async def main() -> None:
    try:
        print(await pipeline())
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
