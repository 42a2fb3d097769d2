"""The delta is tested, its content is not: a finish chunk has a delta, and no content in it.

before: crashed
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def alt_text(picture: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Alt text for {picture}"}], stream=True
    )
    text = ""
    async for chunk in response:
        if chunk.choices and chunk.choices[0].delta:
            text += chunk.choices[0].delta.content  # expect: LLM201
    return text


async def main() -> None:
    try:
        print(await alt_text("harbour.jpg"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
