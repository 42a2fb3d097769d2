"""`functools.partial` of `acompletion` is still `acompletion`.

before: lost
after: delivered
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]

stream_chat = partial(litellm.acompletion, model="gpt-4o-mini", stream=True)


@asynccontextmanager
async def traced() -> AsyncIterator[None]:
    try:
        yield
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


async def main() -> None:
    async with traced():
        response = await stream_chat(messages=[{"role": "user", "content": "One proverb, please."}])
        proverb = ""
        async for chunk in response:
            text = chunk.choices[0].delta.content or ""
            if not text:
                break  # expect: LLM101
            proverb += text
        print(proverb)


asyncio.run(main())
