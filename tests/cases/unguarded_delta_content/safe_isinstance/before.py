"""`isinstance(…, str)` excludes `None`.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def nickname(person: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"A nickname for {person}"}], stream=True
    )
    name = ""
    async for chunk in response:
        content = getattr(chunk.choices[0].delta, "content", None)
        if isinstance(content, str):
            name += content
    return name


async def main() -> None:
    try:
        print(await nickname("Ada"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
