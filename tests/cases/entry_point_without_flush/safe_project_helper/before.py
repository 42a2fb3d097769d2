"""The steps are reached through a helper, from a `finally`.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def hand_in_traces(patience: float = 10.0) -> None:
    await asyncio.sleep(0)
    await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), patience)


async def shut_down() -> None:
    await hand_in_traces()
    print("closed")


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Last orders?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await shut_down()


asyncio.run(main())
