"""The stream is named by a walrus in the loop's header: that name is what gets drained.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def explain(term: str) -> str:
    messages = [{"role": "user", "content": f"Explain {term} to a child."}]
    words = []
    async for chunk in (stream := await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)):
        if (choice := chunk.choices[0]).finish_reason:
            break  # expect: LLM101
        words.append(choice.delta.content or "")
    return "".join(words)


async def main() -> None:
    try:
        print(await explain("gravity"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
