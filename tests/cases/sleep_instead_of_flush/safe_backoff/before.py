"""A sleep between the attempts of a call that fails.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def patient(question: str, attempts: int = 3) -> str:
    for attempt in range(attempts):
        try:
            if attempt == 0:
                raise TimeoutError("the first attempt always fails")
            response = await litellm.acompletion(
                model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
            )
            return response.choices[0].message.content
        except TimeoutError:
            await asyncio.sleep(0.1 * 2**attempt)
    return ""


async def main() -> None:
    try:
        print(await patient("Again?"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
