"""The content goes through two local names before it is concatenated; the default belongs where it is read.

before: crashed
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def pitch(product: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Pitch {product}"}], stream=True
    )
    words = ""
    async for chunk in response:
        delta = chunk.choices[0].delta
        text = delta.content  # may be empty
        words += text  # expect: LLM201
    return words


async def main() -> None:
    try:
        print(await pitch("a self-stirring mug"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
