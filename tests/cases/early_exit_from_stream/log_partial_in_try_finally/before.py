"""The `finally` closes the connection, behind the logging; an error in the loop is no exit of this rule.

before: lost
after: partial
fix: unsafe
early-exit: log-partial
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


class Listener:
    def __init__(self) -> None:
        self.heard = 0

    async def listen(self, enough: int) -> None:
        self.stream = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Speak."}], stream=True
        )
        try:
            async for chunk in self.stream:
                self.heard += len(chunk.choices[0].delta.content or "")
                if self.heard >= enough:
                    return  # expect: LLM101
        finally:
            if hasattr(self.stream, "aclose"):
                await self.stream.aclose()


async def main() -> None:
    try:
        await Listener().listen(12)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
