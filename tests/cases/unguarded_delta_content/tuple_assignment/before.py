"""Content and finish reason are unpacked side by side.

before: crashed
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def verdict(case: str) -> str:
    opinion = ""
    reason = None
    async for chunk in await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Judge: {case}"}], stream=True
    ):
        choice = chunk.choices[0]
        text, reason = choice.delta.content, choice.finish_reason
        opinion = opinion + text  # expect: LLM201
    return f"{opinion} ({reason})"


async def main() -> None:
    try:
        print(await verdict("cat v. sofa"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
