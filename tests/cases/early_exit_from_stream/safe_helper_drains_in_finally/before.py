"""A helper in a `finally` reads the rest: for a `break`, a `return` and an exception alike.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def read_to_the_end(source) -> None:
    async for _ in source:
        pass


async def verse(number: int) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Verse {number}"}], stream=True
    )
    line = ""
    try:
        async for chunk in response:
            line += chunk.choices[0].delta.content or ""
            if "," in line:
                return line
            if len(line) > 6:
                break
    finally:
        await read_to_the_end(response)
    return line


async def main() -> None:
    try:
        print(await verse(2))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
