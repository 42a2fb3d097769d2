"""Speech in portions: the inner loop is left when a portion is long enough, and the outer one returns to the same stream.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]

LONG_ENOUGH = 4


async def portions(prompt: str) -> list[str]:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    spoken: list[str] = []
    exhausted = False
    while not exhausted:
        portion = ""
        async for chunk in response:
            portion += chunk.choices[0].delta.content or ""
            if len(portion) >= LONG_ENOUGH:
                break
        else:
            exhausted = True
        spoken.append(portion)
    return spoken


async def main() -> None:
    try:
        print(await portions("Read me the news."))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
