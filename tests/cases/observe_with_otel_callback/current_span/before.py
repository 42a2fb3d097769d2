"""A span that is made current by hand has the same effect.

before: lost
target: litellm==1.106.2, langfuse==5.0.4
"""

import asyncio

import litellm
from langfuse import get_client
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.callbacks = ["langfuse_otel"]  # expect: LLM403


async def main() -> None:
    try:
        with get_client().start_as_current_observation(name="request"):
            response = await litellm.acompletion(
                model="gpt-4o-mini", messages=[{"role": "user", "content": "By hand?"}]
            )
            print(response.choices[0].message.content)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
