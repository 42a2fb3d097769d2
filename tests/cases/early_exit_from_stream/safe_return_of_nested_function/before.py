"""The `return` belongs to a function defined in the loop's body; the loop goes on.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Shout at me"}], stream=True
    )
    shouted = []
    async for chunk in response:

        def shout(text: str | None = chunk.choices[0].delta.content) -> str:
            if not text:
                return ""
            return text.upper()

        shouted.append(shout())
    print("".join(shouted))


async def run() -> None:
    try:
        await main()
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(run())
