"""The object's `__aiter__` reads the stream first and yields words afterwards.

before: delivered
"""

import asyncio
from collections.abc import AsyncIterator

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


class Words:
    def __init__(self, prompt: str) -> None:
        self.prompt = prompt

    async def __aiter__(self) -> AsyncIterator[str]:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": self.prompt}], stream=True
        )
        parts = [chunk.choices[0].delta.content or "" async for chunk in response]
        for word in "".join(parts).split():
            yield word


async def main() -> None:
    try:
        async for word in Words("Mind your words."):
            print(word)
            break
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
