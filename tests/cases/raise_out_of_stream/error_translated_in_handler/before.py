"""An error of the loop's own is turned into another one, which leaves the stream.

before: failed
select: LLM103
"""

import asyncio
import json

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


class Malformed(Exception):
    """The answer is no JSON lines."""


async def records(prompt: str) -> list[object]:
    found = []
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    async for chunk in response:
        for line in (chunk.choices[0].delta.content or "").splitlines():
            try:
                found.append(json.loads(line))
            except json.JSONDecodeError as error:
                raise Malformed(line) from error  # expect: LLM103
    return found


async def main() -> None:
    try:
        print(await records("JSON lines, please"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
