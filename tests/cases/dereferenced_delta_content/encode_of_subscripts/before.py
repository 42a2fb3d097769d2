"""The chunk is read like a dictionary.

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
        size = 0
        async for chunk in response:
            size += len(chunk["choices"][0]["delta"]["content"].encode())  # expect: LLM203
        print(size)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
