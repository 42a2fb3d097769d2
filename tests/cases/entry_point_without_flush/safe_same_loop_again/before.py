"""The loop is not closed between the work and the delivery: a second `run_until_complete` may finish the logging.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Once more?"}]
    )
    print(response.choices[0].message.content)


async def deliver() -> None:
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


loop = asyncio.new_event_loop()
try:
    loop.run_until_complete(main())
finally:
    loop.run_until_complete(deliver())
    loop.close()
