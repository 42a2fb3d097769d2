"""The worker is flushed before it has been given anything: without a turn of the loop its queue does not exist yet.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Are you in a hurry?"}]
    )
    print(response.choices[0].message.content)
    await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())  # expect: LLM301
