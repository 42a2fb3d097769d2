"""The text is accumulated in an attribute of `self`.

before: crashed
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


class Bubble:
    """A chat bubble that grows while the model writes."""

    def __init__(self) -> None:
        self.text = ""

    async def fill(self, prompt: str) -> None:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
        )
        async for chunk in response:
            self.text += chunk.choices[0].delta.content  # expect: LLM201


async def main() -> None:
    bubble = Bubble()
    try:
        await bubble.fill("Hello, bubble!")
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()
    print(bubble.text)


asyncio.run(main())
