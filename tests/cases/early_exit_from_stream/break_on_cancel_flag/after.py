"""A cancel flag ends the answer: the part that was shown is all the user wanted, but the call leaves no trace at all.

before: lost
after: delivered
fix: unsafe
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


class Conversation:
    def __init__(self) -> None:
        self.cancelled = False
        self.shown: list[str] = []

    def show(self, text: str) -> None:
        self.shown.append(text)
        self.cancelled = True  # the user pressed Escape

    async def answer(self, question: str) -> None:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": question}], stream=True
        )
        async for chunk in response:
            if self.cancelled:
                # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
                async for _ in response:
                    pass
                break
            self.show(chunk.choices[0].delta.content or "")


async def main() -> None:
    conversation = Conversation()
    try:
        await conversation.answer("Why is the sky blue?")
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
