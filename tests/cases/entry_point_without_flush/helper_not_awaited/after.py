"""The helper is called and not awaited: a coroutine that nobody runs delivers nothing.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def deliver() -> None:
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Did I forget a word?"}]
        )
        print(response.choices[0].message.content)
        deliver()
    finally:
        await deliver()


asyncio.run(main())
