"""After the `break` a helper of another module reads what is left.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from draining import exhaust

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Enough of this"}], stream=True
        )
        async for chunk in response:
            if chunk.choices[0].delta.content:
                print(chunk.choices[0].delta.content)
                break
        await exhaust(response)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
