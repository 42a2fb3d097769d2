"""`.get("content")` asks politely and gets `None`.

before: crashed
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def acrostic(word: str) -> str:
    lines = "\n"
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"An acrostic on {word}"}], stream=True
    )
    async for chunk in response:
        lines += chunk.choices[0].delta.get("content") or ""
    return lines


async def main() -> None:
    try:
        print(await acrostic("LINT"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
