"""The test protects the line under it, not the one after it.

before: crashed
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def broadcast(topic: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"On air: {topic}"}], stream=True
    )
    transcript = ""
    async for chunk in response:
        text = chunk.choices[0].delta.content
        if text:
            print(text, end="", flush=True)
        transcript = transcript + text  # expect: LLM201
    return transcript


async def main() -> None:
    try:
        print(len(await broadcast("gardening")))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
