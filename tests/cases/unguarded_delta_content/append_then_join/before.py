"""Collected in a list, the `None` lies in wait for the `join`; the default goes where the content is read.

before: crashed late
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def itinerary(city: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Two days in {city}"}], stream=True
    )
    parts: list[str] = []
    async for chunk in response:
        parts.append(chunk.choices[0].delta.content)  # expect: LLM201@22
    plan = "".join(parts)
    return plan


async def main() -> None:
    try:
        print(await itinerary("Tartu"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
