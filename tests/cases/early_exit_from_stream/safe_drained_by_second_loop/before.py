"""The loop is left, and a second loop over the same object reads the rest.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def first_line(prompt: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    line = ""
    async for chunk in response:
        line += chunk.choices[0].delta.content or ""
        if "\n" in line or len(line) > 4:
            break
    async for _ in response:
        pass
    return line.splitlines()[0]


async def main() -> None:
    try:
        print(await first_line("Write a sonnet."))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
