"""`.get("content", "")`: the default is for a missing key, and the key is there, with `None` in it.

before: crashed
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def minutes(meeting: str) -> str:
    complete_response = ""
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Minutes of {meeting}"}], stream=True
    )
    async for chunk in response:
        token = chunk["choices"][0]["delta"].get("content", "")
        complete_response += token  # expect: LLM201
    return complete_response


async def main() -> None:
    try:
        print(await minutes("the annual meeting"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
