"""Two streams are opened at once and read one after the other.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        streams = await asyncio.gather(
            litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Pro?"}], stream=True),
            litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Contra?"}], stream=True),
        )
        for stream in streams:
            async for chunk in stream:
                print(chunk.choices[0].delta.content or "", end="")
            print()
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
