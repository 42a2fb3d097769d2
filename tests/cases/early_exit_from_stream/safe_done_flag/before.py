"""A flag instead of a `break`: what follows the finish is read and ignored.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def deliver_traces() -> None:
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "First sentence of a novel"}], stream=True
        )
        sentence, done = "", False
        async for chunk in response:
            if done:
                continue
            sentence += chunk.choices[0].delta.content or ""
            done = sentence.endswith(".") or bool(chunk.choices[0].finish_reason)
        print(sentence)
    finally:
        await deliver_traces()


asyncio.run(main())
