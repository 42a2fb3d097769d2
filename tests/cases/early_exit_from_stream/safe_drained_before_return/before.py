"""The drain stands right before the exit: what the fix writes is not reported again.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def is_question_answered(question: str) -> bool:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}], stream=True
    )
    async for chunk in response:
        if chunk.choices[0].delta.content:
            async for _ in response:  # the trace wants the whole answer
                pass
            return True
    return False


async def main() -> None:
    try:
        print(await is_question_answered("Is anybody there?"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
