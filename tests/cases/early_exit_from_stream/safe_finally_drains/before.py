"""A `finally` around the loop reads the rest, whichever way the loop was left.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def abstract(paper: str, limit: int) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"An abstract of {paper}"}], stream=True
    )
    text = ""
    try:
        async for chunk in response:
            text += chunk.choices[0].delta.content or ""
            if len(text) >= limit:
                return text[:limit]
    finally:
        async for _ in response:
            pass
    return text


async def main() -> None:
    try:
        print(await abstract("On Computable Numbers", limit=5))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
