"""The program has a helper that delivers, and forgets to call it: the fix calls that one and writes none of its own.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def deliver_traces() -> None:
    await asyncio.sleep(0)
    await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), timeout=10)


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Did I forget something?"}]
    )
    print(response.choices[0].message.content)


asyncio.run(main())  # expect: LLM301
