"""The drain behind the loop runs in a branch that need not be taken: on the other path the trace is lost.

before: lost
after: delivered
fix: unsafe
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def sample(prompt: str, *, patient: bool) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    text = ""
    async for chunk in response:
        text += chunk.choices[0].delta.content or ""
        if len(text) > 5:
            break  # expect: LLM101
    if patient:
        async for _ in response:
            pass
    return text


async def main() -> None:
    try:
        print(await sample("A sample of everything", patient=False))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
