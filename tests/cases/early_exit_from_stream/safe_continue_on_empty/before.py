"""`continue` on an empty delta skips the chunk and stays in the stream.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def horoscope(sign: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Horoscope for {sign}"}], stream=True
    )
    words = ""
    async for chunk in response:
        text = chunk.choices[0].delta.content
        if not text:
            continue
        words += text
    return words


async def main() -> None:
    try:
        print(await horoscope("aquarius"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
