"""Two exits in one loop, both drained: a sentinel ends the answer, or the model does.

before: lost
after: delivered
fix: unsafe
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def dialogue(first_line: str) -> str | None:
    lines = [first_line]
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": first_line}], stream=True
    )
    async for chunk in response:
        delta = chunk.choices[0].delta
        if "CURTAIN" in (delta.content or ""):
            # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
            async for _ in response:
                pass
            return None
        if chunk.choices[0].finish_reason:
            # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
            async for _ in response:
                pass
            break
        lines.append(delta.content or "")
    return "\n".join(lines)


async def main() -> None:
    try:
        print(await dialogue("HAMLET: Who's there?"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
