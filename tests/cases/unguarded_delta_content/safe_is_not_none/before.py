"""`is not None`, and its spelling with `!=`, say what they mean.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def directions(place: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"The way to {place}"}], stream=True
    )
    there, back = "", ""
    async for chunk in response:
        text = chunk.choices[0].delta.content
        if text is not None:
            there += text
        if text != None:  # noqa: E711
            back = text + back
    return there if len(there) == len(back) else back


async def main() -> None:
    try:
        print(await directions("the harbour"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
