"""A conditional expression on the content picks the empty string.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def moral(fable: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"The moral of {fable}"}], stream=True
    )
    lesson = ""
    async for chunk in response:
        choice = chunk.choices[0]
        lesson += choice.delta.content if choice.delta.content else ""
        lesson += "" if choice.delta.content is None else choice.delta.content[:0]
    return lesson


async def main() -> None:
    try:
        print(await moral("the fox and the grapes"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
