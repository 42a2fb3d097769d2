"""Rows of the program's own have `content`, `delta` and `choices` as well: they are no chunks of LiteLLM.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


ROWS = [{"choices": [{"delta": {"content": "note "}}]}, {"choices": [{"delta": {"content": "book"}}]}]


async def digest(topic: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"A digest on {topic}"}], stream=True
    )
    notes = ""
    for chunk in ROWS:
        notes += chunk["choices"][0]["delta"]["content"]
    async for part in response:
        notes += part.choices[0].delta.content or ""
    return notes


async def main() -> None:
    try:
        print(await digest("lint"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
