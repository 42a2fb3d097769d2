"""A sleep between two calls keeps a rate limit; what is logged is waited for at the end.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        for question in ("Tick?", "Tock?"):
            response = await litellm.acompletion(
                model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
            )
            print(response.choices[0].message.content)
            await asyncio.sleep(0.2)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
