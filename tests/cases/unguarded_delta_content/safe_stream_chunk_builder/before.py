"""The chunks are kept and LiteLLM's own builder puts them together.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def ballad(theme: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"A ballad on {theme}"}], stream=True
    )
    chunks = []
    async for chunk in response:
        chunks.append(chunk)
    rebuilt = litellm.stream_chunk_builder(chunks)
    return "" + (rebuilt.choices[0].message.content or "")


async def main() -> None:
    try:
        print(await ballad("the sea"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
