"""`asyncio.wait_for` around the call hands out the same stream; a deadline inside the loop leaves it early.

before: lost
after: delivered
fix: unsafe
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def quick_answer(question: str, seconds: float) -> str:
    clock = asyncio.get_running_loop().time
    response = await asyncio.wait_for(
        litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}], stream=True),
        timeout=30,
    )
    deadline = clock() + seconds
    text = ""
    async for chunk in response:
        text += chunk.choices[0].delta.content or ""
        if clock() > deadline:
            # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
            async for _ in response:
                pass
            break
    return text


async def main() -> None:
    try:
        print(await quick_answer("What is a quark?", seconds=0))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
