"""`@observe` makes a generation of its own, without the model, usage and output of the call.

before: stray generations
target: litellm==1.106.2, langfuse==5.0.4
"""

import asyncio

import litellm
from langfuse import observe
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.callbacks = ["langfuse_otel"]  # expect: LLM403


@observe(as_type="generation", capture_output=False)
async def answer() -> str:
    response = await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Two of them?"}])
    return str(response.choices[0].message.content)


async def main() -> None:
    try:
        print(await answer())
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
