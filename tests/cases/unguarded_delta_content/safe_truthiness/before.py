"""`if text:` narrows a name, an attribute chain and a subscript alike.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def caption(photo: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Caption {photo}"}], stream=True
    )
    by_name = by_chain = by_key = ""
    async for chunk in response:
        text = chunk.choices[0].delta.content
        if text:
            by_name += text
        if chunk.choices[0].delta.content:
            by_chain += chunk.choices[0].delta.content
        if chunk["choices"][0]["delta"]["content"]:
            by_key += chunk["choices"][0]["delta"]["content"]
    return by_name if by_name == by_chain == by_key else "?"


async def main() -> None:
    try:
        print(await caption("sunset.jpg"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
