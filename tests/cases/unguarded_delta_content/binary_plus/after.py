"""`full = full + …`: inside a `+` the default needs parentheses.

before: crashed
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def subtitle(video: str) -> str:
    full = ""
    async for chunk in await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Subtitle {video}"}], stream=True
    ):
        full = full + (chunk.choices[0].delta.content or "")
    return full


async def main() -> None:
    try:
        print(await subtitle("holiday.mp4"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
