"""`getattr(delta, "content", None)` protects from a missing attribute and hands the `None` on.

before: crashed
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def motto(family: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"A motto for the {family} family"}], stream=True
    )
    spoken = "“"
    async for chunk in response:
        delta = chunk.choices[0].delta
        spoken += getattr(delta, "content", None) or ""
    return spoken + "”"


async def main() -> None:
    try:
        print(await motto("Virtanen"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
