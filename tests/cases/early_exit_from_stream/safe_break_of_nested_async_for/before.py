"""The `break` leaves an `async for` over a ticker inside the loop; the stream around it goes on.

before: delivered
"""

import asyncio
from collections.abc import AsyncIterator

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def ticks() -> AsyncIterator[float]:
    while True:
        yield asyncio.get_running_loop().time()
        await asyncio.sleep(0.001)


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Take your time."}], stream=True
        )
        async for chunk in response:
            until = asyncio.get_running_loop().time() + 0.003
            async for now in ticks():
                if now > until:
                    break
            print(chunk.choices[0].delta.content or "", end="")
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
