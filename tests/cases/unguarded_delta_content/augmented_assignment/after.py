"""`+=` straight from the attribute chain: the finish chunk has no content, and the program crashes.

before: crashed
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "A toast to the bride"}], stream=True
        )
        toast = ""
        async for chunk in response:
            toast += chunk.choices[0].delta.content or ""
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()
    print(toast)


asyncio.run(main())
