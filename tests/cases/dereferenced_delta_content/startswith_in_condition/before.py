"""The test itself is what crashes.

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
        thinking = False
        async for chunk in response:
            if chunk.choices[0].delta.content.startswith("<think>"):  # expect: LLM203
                thinking = True
        print(thinking)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
