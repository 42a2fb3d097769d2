"""The plain loop to the end: nothing to report.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


class Tracing:
    async def __aenter__(self) -> "Tracing":
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


async def main() -> None:
    async with Tracing():
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "A joke about parsers"}], stream=True
        )
        joke = ""
        async for chunk in response:
            joke += chunk.choices[0].delta.content or ""
        print(joke)


asyncio.run(main())
