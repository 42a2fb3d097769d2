"""`return` of a plain name from inside the loop: the name can be returned as it is after the drain.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm import acompletion as ask
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def recipe(ingredients: list[str]) -> str:
    steps = ""
    response = await ask(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": "A recipe with " + ", ".join(ingredients)}],
        stream=True,
    )
    async for chunk in response:
        if chunk.choices[0].finish_reason is not None:
            return steps  # expect: LLM101
        steps += chunk.choices[0].delta.content or ""
    return steps


async def main() -> None:
    try:
        print(await recipe(["leek", "potato"]))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
