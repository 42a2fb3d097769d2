"""The decorator moves; that LiteLLM's logging is waited for already stays as it is.

before: fails at once
after: delivered
target: litellm==1.106.2, langfuse==4.18.0
"""

import asyncio

import litellm
from langfuse.decorators import observe  # expect: LLM401
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


@observe(name="small talk")
async def talk() -> None:
    response = await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Cold, isn't it?"}])
    print(response.choices[0].message.content)


async def main() -> None:
    try:
        await talk()
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
