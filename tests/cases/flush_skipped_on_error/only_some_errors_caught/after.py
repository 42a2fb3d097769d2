"""One kind of error is caught, the one that comes is another.

before: failed
after: failed, delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        try:
            response = await litellm.acompletion(
                model="gpt-4o-mini", messages=[{"role": "user", "content": "A word and a number"}]
            )
            name, value = response.choices[0].message.content.split(":", 1)
            print(name, float(value))
        except KeyError:
            print("not found")
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
