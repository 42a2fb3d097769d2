"""The helper says something before it takes the two steps; that is not expected to fail.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def deliver_traces() -> None:
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


async def shut_down() -> None:
    print("closing")
    await deliver_traces()


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Last orders?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await shut_down()


asyncio.run(main())
