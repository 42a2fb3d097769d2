"""A callback takes the content and returns early when there is none.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


class Typist:
    def __init__(self) -> None:
        self.sheet = ""

    def type(self, text: str | None) -> None:
        if text is None:
            return
        self.sheet += text


async def dictate(letter: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Dictate {letter}"}], stream=True
    )
    typist = Typist()
    async for chunk in response:
        typist.type(chunk.choices[0].delta.content)
    return typist.sheet


async def main() -> None:
    try:
        print(await dictate("a letter to the editor"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
