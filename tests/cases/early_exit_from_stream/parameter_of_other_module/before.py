"""Every caller passes a LiteLLM stream, so the parameter is one.

Only the program is fixed here, so the loop stays as it is.

before: lost
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from render import first_line

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Two lines"}], stream=True
        )
        print(await first_line(response))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
