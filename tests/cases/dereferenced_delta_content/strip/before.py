"""`.strip()` straight from the attribute chain.

before: crashed
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Take it apart."}], stream=True
        )
        words = []
        async for chunk in response:
            words.append(chunk.choices[0].delta.content.strip())  # expect: LLM203
        print(words)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
