"""`atext_completion` streams follow the same law: logged at their end only.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def complete_line(line: str) -> str:
    response = await litellm.atext_completion(model="gpt-4o-mini", prompt=line, stream=True)
    async for chunk in response:
        choice = chunk.choices[0]
        line += choice.text or ""
        if choice.finish_reason is not None:
            break  # expect: LLM101
    return line


async def main() -> None:
    try:
        print(await complete_line("def fibonacci("))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
