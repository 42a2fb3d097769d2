"""An empty text is ruled out, `None` is not, and it has no items.

No `or ""` is written: an empty text has no items either.

before: crashed
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
        capitals = 0
        async for chunk in response:
            content = chunk.choices[0].delta.content
            if content != "" and content[0].isupper():  # expect: LLM203
                capitals += 1
        print(capitals)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
