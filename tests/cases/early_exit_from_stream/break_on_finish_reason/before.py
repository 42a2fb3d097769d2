"""The popular "stop when `finish_reason` is set": LiteLLM logs only when the chunk after that one is asked for.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini",
            messages=[{"role": "user", "content": "Name three rivers."}],
            stream=True,
        )
        answer = ""
        async for chunk in response:
            choice = chunk.choices[0]
            answer += choice.delta.content or ""
            if choice.finish_reason:
                break  # expect: LLM101
        print(answer)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
