"""An object whose `__aiter__` is a generator around the stream.

No drain is written: a second loop over the object would make a second call.

before: lost
fix: unsafe
"""

import asyncio
from collections.abc import AsyncIterator

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


class Answer:
    def __init__(self, prompt: str) -> None:
        self.prompt = prompt

    async def __aiter__(self) -> AsyncIterator[str]:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": self.prompt}], stream=True
        )
        async for chunk in response:
            yield chunk.choices[0].delta.content or ""


async def main() -> None:
    try:
        text = ""
        answer = Answer("An encyclopaedia")
        async for token in answer:
            text += token
            if len(text) > 20:
                break  # expect: LLM101
        print(text)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
