"""`str` makes "None" of it, and no longer anything that could be tested.

before: shows None
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "A line to show"}], stream=True
        )
        text = ""
        async for chunk in response:
            text += str(chunk.choices[0].delta.content or "")
        print(text)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
