"""The call runs as a task while something else is prepared; awaiting the task gives the stream.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    request = asyncio.create_task(
        litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "A slogan for a bakery"}], stream=True
        )
    )
    await asyncio.sleep(0.01)  # draw the shop window meanwhile
    response = await request
    slogan = ""
    async for chunk in response:
        done = bool(chunk.choices[0].finish_reason)
        if done:
            # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
            async for _ in response:
                pass
            break
        slogan += chunk.choices[0].delta.content or ""
    print(slogan)


async def run() -> None:
    try:
        await main()
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(run())
