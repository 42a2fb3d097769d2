"""A small helper returns the content, `None` included, to the place where it is concatenated.

before: crashed
after: delivered
"""

import asyncio
from typing import Any

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


def text_of(chunk: Any) -> Any:
    return chunk.choices[0].delta.content


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "A tongue twister"}], stream=True
        )
        twister = ""
        async for chunk in response:
            twister += text_of(chunk)  # expect: LLM201
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()
    print(twister)


asyncio.run(main())
