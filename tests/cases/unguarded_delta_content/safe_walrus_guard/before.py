"""The walrus stands in the condition: what it names is checked.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def epitaph(hero: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"An epitaph for {hero}"}], stream=True
    )
    carved = ""
    async for chunk in response:
        if text := chunk.choices[0].delta.content:
            carved += text
        elif (reason := chunk.choices[0].finish_reason) is not None:
            carved += f" [{reason}]"
    return carved


async def main() -> None:
    try:
        print(await epitaph("a goldfish"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
