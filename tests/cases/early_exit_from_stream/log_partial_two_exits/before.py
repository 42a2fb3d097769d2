"""Two functions leave their streams: one helper serves the module, which logs through its own logger.

before: lost
after: partial
fix: unsafe
early-exit: log-partial
"""

import asyncio
import logging
from typing import Any

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


logger = logging.getLogger("foxes")


async def ask(question: str) -> Any:
    return await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}], stream=True
    )


async def title() -> str:
    stream = await ask("A title for my novel, please.")
    text = ""
    async for chunk in stream:
        text += chunk.choices[0].delta.content or ""
        if len(text) > 20:
            logger.info("long enough")
            break  # expect: LLM101
    return text


async def chapter() -> str:
    stream = await ask("And its first chapter.")
    text = ""
    async for chunk in stream:
        text += chunk.choices[0].delta.content or ""
        if "quick" in text:
            return text  # expect: LLM101
    return text


async def main() -> None:
    try:
        print(await asyncio.gather(title(), chapter()))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
