"""Rows of the program's own have a `content` too.

before: delivered
"""

import asyncio
from dataclasses import dataclass

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


@dataclass
class Row:
    content: str


def table(rows: list[Row]) -> None:
    for row in rows:
        print(f"| {row.content} |")


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "A line to show"}], stream=True
        )
        chunks = [chunk async for chunk in response]
        table([Row("chunks"), Row(str(len(chunks)))])
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
