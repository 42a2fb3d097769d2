"""For an older LiteLLM the same is written.

before: lost
after: partial
fix: unsafe
early-exit: log-partial
target: litellm==1.77.7, langfuse==2.60.10
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def opening() -> str:
    text = ""
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Tell me about foxes."}], stream=True
    )
    async for chunk in response:
        text += chunk.choices[0].delta.content or ""
        if len(text) > 20:
            break  # expect: LLM101
    return text


async def main() -> None:
    try:
        print(await opening())
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
