"""The comprehension's condition keeps `None` out of the `join`.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def clue(answer: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"A crossword clue for {answer}"}], stream=True
    )
    return "".join([text async for chunk in response if (text := chunk.choices[0].delta.content)])


async def main() -> None:
    try:
        print(await clue("owl"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
