"""A helper takes both steps, but nothing makes sure that it is called.

before: failed
after: failed, delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def deliver_traces() -> None:
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "A list, please"}]
        )
        items = response.choices[0].message.content.split(";")
        print(items[1])
    finally:
        await deliver_traces()


asyncio.run(main())
