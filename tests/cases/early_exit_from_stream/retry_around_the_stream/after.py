"""A retry loop makes a new stream in each attempt: coming round again does not come back to the stream that was left.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def persistent(prompt: str, attempts: int = 3) -> str:
    for attempt in range(attempts):
        answer = ""
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
        )
        async for chunk in response:
            if reason := chunk.choices[0].finish_reason:
                print("finished:", reason)
                # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
                async for _ in response:
                    pass
                break
            answer += chunk.choices[0].delta.content or ""
        if answer:
            return answer
        await asyncio.sleep(attempt)
    return "no answer"


async def main() -> None:
    try:
        print(await persistent("Say something."))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
