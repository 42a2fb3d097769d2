"""The router lives in an attribute set in `__init__`, and so does the stream.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]

MODELS = [{"model_name": "fast", "litellm_params": {"model": "gpt-4o-mini"}}]


class Chef:
    def __init__(self) -> None:
        self.router = litellm.Router(model_list=MODELS)
        self.menu = ""

    async def cook(self, order: str) -> None:
        self.stream = await self.router.acompletion(
            model="fast", messages=[{"role": "user", "content": order}], stream=True
        )
        async for chunk in self.stream:
            self.menu += chunk.choices[0].delta.content or ""
            if chunk.choices[0].finish_reason == "stop":
                # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
                async for _ in self.stream:
                    pass
                break


async def main() -> None:
    chef = Chef()
    try:
        await chef.cook("A menu for two")
        print(chef.menu)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
