"""The plain loop to the end: nothing to report.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "A joke about parsers"}], stream=True
    )
    joke = ""
    async for chunk in response:
        joke += chunk.choices[0].delta.content or ""
    print(joke)

    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
