"""The stream is kept in an attribute and read by another method.

before: delivered
"""

import asyncio
from typing import Any

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


class Conversation:
    def __init__(self) -> None:
        self.response: Any = None

    async def ask(self, question: str) -> None:
        self.response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": question}], stream=True
        )

    async def show(self) -> None:
        async for chunk in self.response:
            print(chunk.choices[0].delta.content or "", end="")


async def main() -> None:
    try:
        conversation = Conversation()
        await conversation.ask("Keep this for later.")
        await conversation.show()
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
