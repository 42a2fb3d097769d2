"""A stream of a Router has the chunks it has passed on, from litellm 1.94.0 on.

before: lost
after: partial
fix: unsafe
early-exit: log-partial
target: litellm==1.106.2, langfuse==4.18.0
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


router = litellm.Router(model_list=[{"model_name": "fast", "litellm_params": {"model": "gpt-4o-mini"}}])


async def opening() -> str:
    text = ""
    response = await router.acompletion(
        model="fast", messages=[{"role": "user", "content": "Tell me about foxes."}], stream=True
    )
    async for chunk in response:
        text += chunk.choices[0].delta.content or ""
        if len(text) > 20:
            break  # expect: LLM101
    return text


async def main() -> None:
    try:
        print(await opening())
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
