"""In the other list, with langfuse 4.

before: lost
target: litellm==1.106.2, langfuse==4.18.0
"""

import asyncio

import litellm
from langfuse import observe
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse_otel"]  # expect: LLM403


@observe()
async def answer() -> str:
    response = await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Another list?"}])
    return str(response.choices[0].message.content)


async def main() -> None:
    try:
        print(await answer())
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
