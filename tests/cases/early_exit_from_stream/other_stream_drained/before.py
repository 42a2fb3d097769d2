"""A drain behind the loop, but of another stream.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def ask(question: str):
    return await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}], stream=True
    )


class Tracing:
    async def __aenter__(self) -> "Tracing":
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


async def main() -> None:
    async with Tracing():
        text = ""
        first = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Tea?"}], stream=True
        )
        second = await ask("Coffee?")
        async for chunk in first:
            text += chunk.choices[0].delta.content or ""
            if chunk.choices[0].finish_reason:
                break  # expect: LLM101
        async for _ in second:
            pass
        print(text)


asyncio.run(main())
