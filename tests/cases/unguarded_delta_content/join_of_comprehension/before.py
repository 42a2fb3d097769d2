"""`"".join` over a comprehension crashes after the stream: the trace arrives, the answer is gone.

before: crashed late
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def anagram(word: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"An anagram of {word}"}], stream=True
    )
    return "".join([chunk.choices[0].delta.content async for chunk in response])  # expect: LLM201@12


async def main() -> None:
    try:
        print(await anagram("listen"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
