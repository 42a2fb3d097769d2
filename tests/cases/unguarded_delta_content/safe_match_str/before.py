"""A class pattern lets only text through.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def route(goal: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"A route to {goal}"}], stream=True
    )
    path = ""
    async for chunk in response:
        match chunk.choices[0].delta.content:
            case str(text):
                path += text
            case None:
                pass
    return path


async def main() -> None:
    try:
        print(await route("Ithaca"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
