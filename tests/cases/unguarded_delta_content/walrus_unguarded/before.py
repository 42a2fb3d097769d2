"""A walrus names the content and nobody looks at it before it is added.

before: crashed
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def lyrics(theme: str) -> tuple[str, str]:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Lyrics about {theme}"}], stream=True
    )
    song, last = "", ""
    async for chunk in response:
        song += (text := chunk.choices[0].delta.content)  # expect: LLM201
        last = text or last
    return song, last


async def main() -> None:
    try:
        print(await lyrics("trains"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
