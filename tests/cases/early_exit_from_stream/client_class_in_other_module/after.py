"""The stream comes from a method of an attribute, whose class is in another module.

before: lost
after: delivered
fix: unsafe
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from llm_client import LlmClient

litellm.success_callback = ["langfuse"]


class Assistant:
    def __init__(self) -> None:
        self.llm = LlmClient(model="gpt-4o-mini")

    async def first_sentence(self, prompt: str) -> str:
        text = ""
        events = self.llm.stream(prompt)
        async for token in events:
            text += token
            if "." in text:
                # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
                async for _ in events:
                    pass
                return text
        return text


async def main() -> None:
    try:
        print(await Assistant().first_sentence("Tell me a story."))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
