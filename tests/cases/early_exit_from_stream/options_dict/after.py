"""`stream=True` hides in a dict of options: an `acompletion` result that is iterated is a stream.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]

OPTIONS = {"model": "gpt-4o-mini", "temperature": 0, "stream": True}


async def riddle(solution: str) -> str:
    response = await litellm.acompletion(
        messages=[{"role": "user", "content": f"A riddle whose solution is {solution}"}], **OPTIONS
    )
    text = ""
    async for chunk in response:
        choices = chunk.choices
        if choices[0].finish_reason in ("stop", "length", "tool_calls"):
            # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
            async for _ in response:
                pass
            break
        text += choices[0].delta.content or ""
    return text


async def main() -> None:
    try:
        print(await riddle("an egg"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
