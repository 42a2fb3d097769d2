"""The rest is read right before the `raise`.

before: delivered
select: LLM103
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def sentence(prompt: str, limit: int) -> str:
    text = ""
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    async for chunk in response:
        text += chunk.choices[0].delta.content or ""
        if len(text) > limit:
            async for _ in response:
                pass
            raise OverflowError("the answer does not fit")
    return text


async def main() -> None:
    try:
        try:
            print(await sentence("A headline", limit=10))
        except OverflowError as error:
            print(error)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
