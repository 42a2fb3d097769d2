"""`if text or reason:` lets the finish chunk through: it has a reason and no text.

before: crashed
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def testimony(witness: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"What did {witness} see?"}], stream=True
    )
    statement = ""
    async for chunk in response:
        choice = chunk.choices[0]
        if choice.delta.content or choice.finish_reason:
            statement += choice.delta.content  # expect: LLM201
    return statement


async def main() -> None:
    try:
        print(await testimony("the butler"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
