"""A later line counts the empty chunks by `is None`: the read must keep its `None`, only the use gets the default.

before: crashed
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def statistics(prompt: str) -> tuple[str, int]:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    full, silent = "", 0
    async for chunk in response:
        text = chunk.choices[0].delta.content
        full += text or ""
        if text is None:
            silent += 1
    return full, silent


async def main() -> None:
    try:
        print(await statistics("Hum a tune."))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
