"""Two exits in one loop: the drain on `finish_reason` is written at once, the one for the limit only on request.

before: lost
after: delivered
remaining: LLM101
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]

MAXIMUM = 10_000


async def essay(topic: str) -> str:
    text = ""
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"An essay on {topic}"}], stream=True
    )
    async for chunk in response:
        text += chunk.choices[0].delta.content or ""
        if len(text) > MAXIMUM:
            break  # expect: LLM101
        if chunk.choices[0].finish_reason:
            return text  # expect: LLM101
    return text[:MAXIMUM]


async def main() -> None:
    try:
        print(await essay("silence"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
