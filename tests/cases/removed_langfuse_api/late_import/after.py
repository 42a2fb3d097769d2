"""The import stands in the function that delivers, and fails before anything is delivered.

before: failed
after: delivered
target: litellm==1.106.2, langfuse==4.18.0
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def deliver() -> None:
    from langfuse import get_client

    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()
    get_client().flush()


async def main() -> None:
    try:
        response = await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Too late?"}])
        print(response.choices[0].message.content)
    finally:
        await deliver()


asyncio.run(main())
