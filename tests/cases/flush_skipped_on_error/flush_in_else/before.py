"""The two steps in the `else` of the `try`: they are for the good days only.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "A date"}]
        )
        if not response.choices[0].message.content.startswith("20"):
            raise ValueError("no date")
    except ValueError as error:
        print(error)
    else:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()  # expect: LLM303


asyncio.run(main())
