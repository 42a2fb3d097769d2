"""The parts that have text are joined; what is shown is a string.

before: delivered
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
        parts = [chunk.choices[0].delta.content or "" async for chunk in response]
        text = "".join(parts)
        print(f"{text} ({len(parts)} parts)")
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
