"""The `return` leaves a loop in a `with`, the stream, and the loop that goes from question to question.

before: lost
after: partial
fix: unsafe
early-exit: log-partial
"""

import asyncio
import io
import logging
import typing
from contextlib import redirect_stdout

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


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


async def first_vowel(questions: list[str]) -> str:
    log = io.StringIO()
    for question in questions:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": question}], stream=True
        )
        async for chunk in response:
            with redirect_stdout(log):
                for letter in chunk.choices[0].delta.content or "":
                    print(letter)
                    if letter in "aeiou":
                        await _log_partial(response)
                        return letter
    return ""


async def main() -> None:
    try:
        print(await first_vowel(["Anything?"]))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
