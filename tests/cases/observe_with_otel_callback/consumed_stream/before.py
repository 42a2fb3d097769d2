"""A stream read to its end is lost there, too.

before: lost
target: litellm==1.106.2, langfuse==5.0.4
"""

import asyncio

import litellm
from langfuse import observe
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.callbacks = ["langfuse_otel"]  # expect: LLM403


@observe()
async def answer() -> str:
    stream = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "To the end?"}], stream=True
    )
    return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])


async def main() -> None:
    try:
        print(await answer())
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
