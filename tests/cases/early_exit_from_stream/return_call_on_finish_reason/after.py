"""`return` of a call: it is evaluated before the drain, as it was evaluated before the stream was left.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def title(text: str) -> str:
    pieces: list[str] = []
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"A title for: {text}"}], stream=True
    )
    async for chunk in response:
        pieces.append(chunk.choices[0].delta.content or "")
        if chunk.choices[0].finish_reason == "stop":
            result = "".join(pieces).title()
            # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
            async for _ in response:
                pass
            return result
    return "Untitled"


async def main() -> None:
    try:
        print(await title("It was a dark and stormy night."))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
