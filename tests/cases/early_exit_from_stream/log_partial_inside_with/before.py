"""The `return` leaves a loop in a `with`, the stream, and the loop that goes from question to question.

before: lost
after: partial
fix: unsafe
early-exit: log-partial
"""

import asyncio
import io
from contextlib import redirect_stdout

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


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
                        return letter  # expect: LLM101
    return ""


async def main() -> None:
    try:
        print(await first_vowel(["Anything?"]))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
