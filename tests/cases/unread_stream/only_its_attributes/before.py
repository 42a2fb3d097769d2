"""Nothing but attributes of the stream are looked at.

before: lost
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    messages = [{"role": "user", "content": "What are you?"}]
    try:
        response = await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)  # expect: LLM104
        print(response.model, response.custom_llm_provider)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
