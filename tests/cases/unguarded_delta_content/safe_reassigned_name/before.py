"""The name is given a text on the branch where it was `None`.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def slogan(brand: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"A slogan for {brand}"}], stream=True
    )
    shout = ""
    async for chunk in response:
        text = chunk.choices[0].delta.content
        if text is None:
            text = ""
        shout = shout + text
    return shout.upper()


async def main() -> None:
    try:
        print(await slogan("Acme"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
