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


async def _log_partial(stream: Any) -> None:
    """Log the part of a stream that was received; never raise into the program."""
    try:
        part = litellm.stream_chunk_builder(stream.chunks, messages=stream.messages)
        if part is None:
            raise ValueError("the stream keeps no chunks")
        await stream.logging_obj.async_success_handler(
            part, start_time=None, end_time=None, cache_hit=False
        )
        if hasattr(stream, "aclose"):  # from litellm 1.81.14 on
            await stream.aclose()  # the rest is generated as long as it is open
    except Exception:
        logger.exception("The received part of a stream is not logged")


async def title() -> str:
    stream = await ask("A title for my novel, please.")
    text = ""
    async for chunk in stream:
        text += chunk.choices[0].delta.content or ""
        if len(text) > 20:
            logger.info("long enough")
            await _log_partial(stream)
            break
    return text


async def chapter() -> str:
    stream = await ask("And its first chapter.")
    text = ""
    async for chunk in stream:
        text += chunk.choices[0].delta.content or ""
        if "quick" in text:
            await _log_partial(stream)
            return text
    return text


async def main() -> None:
    try:
        print(await asyncio.gather(title(), chapter()))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
