"""`filter(None, …)` drops every `None` on the way to the `join`.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def ingredients(dish: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"What is in {dish}?"}], stream=True
    )
    parts = [chunk.choices[0].delta.content async for chunk in response]
    return "".join(filter(None, parts))


async def main() -> None:
    try:
        print(await ingredients("bouillabaisse"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
