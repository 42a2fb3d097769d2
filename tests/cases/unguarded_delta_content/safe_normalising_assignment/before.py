"""The content is normalised in place, many lines before it is used.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def receipt(purchase: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"A receipt for {purchase}"}], stream=True
    )
    lines = ""
    seen = 0
    async for chunk in response:
        delta = chunk.choices[0].delta
        if not delta.content:
            delta.content = ""
        seen += 1
        finished = chunk.choices[0].finish_reason is not None
        if finished:
            lines += f"({seen} chunks)"
        lines += delta.content
    return lines


async def main() -> None:
    try:
        print(await receipt("three apples"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
