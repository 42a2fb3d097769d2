"""The exception is caught inside the loop, which goes on with the next chunk.

before: delivered
select: LLM103
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    complaints = 0
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Something to complain about"}], stream=True
        )
        async for chunk in response:
            try:
                if not chunk.choices[0].delta.content:
                    raise ValueError("no text")
                print(chunk.choices[0].delta.content, end="")
            except ValueError:
                complaints += 1
        print(complaints)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
