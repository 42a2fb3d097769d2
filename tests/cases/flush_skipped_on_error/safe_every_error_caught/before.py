"""Whatever goes wrong is caught, so that the two steps are always reached.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "A number"}]
        )
        print(int(response.choices[0].message.content))
    except Exception as error:
        print(f"failed: {error}")
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
