"""A stream of a Router has the chunks it has passed on, from litellm 1.94.0 on.

before: lost
after: partial
fix: unsafe
early-exit: log-partial
target: litellm==1.106.2, langfuse==4.18.0
"""

import asyncio
import logging
import typing

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


router = litellm.Router(model_list=[{"model_name": "fast", "litellm_params": {"model": "gpt-4o-mini"}}])


async def _log_partial(stream: typing.Any) -> None:
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
        logging.getLogger(__name__).exception("The received part of a stream is not logged")


async def opening() -> str:
    text = ""
    response = await router.acompletion(
        model="fast", messages=[{"role": "user", "content": "Tell me about foxes."}], stream=True
    )
    async for chunk in response:
        text += chunk.choices[0].delta.content or ""
        if len(text) > 20:
            await _log_partial(response)
            break
    return text


async def main() -> None:
    try:
        print(await opening())
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
