"""The first step comes through a helper, the second from a client at module level.

before: delivered
"""

import asyncio

import litellm
from langfuse import Langfuse
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]
langfuse = Langfuse()


async def finish_logging() -> None:
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Helped along?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await finish_logging()
        langfuse.flush()


asyncio.run(main())
