"""`match` lets through what is a string.

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
        async for chunk in response:
            match chunk.choices[0].delta.content:
                case str(content):
                    print(content, end="")
                case _:
                    print(".", end="")
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
