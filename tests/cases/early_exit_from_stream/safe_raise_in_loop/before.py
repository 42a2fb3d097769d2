"""A `raise` that leaves the loop is an error already; the rule about it is another one, and off by default.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


class Refused(Exception):
    """The provider's filter stopped the answer."""


async def careful(prompt: str) -> str:
    text = ""
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    async for chunk in response:
        if chunk.choices[0].finish_reason == "content_filter":
            raise Refused(prompt)
        text += chunk.choices[0].delta.content or ""
    return text


async def main() -> None:
    try:
        print(await careful("A harmless question"))
    except Refused:
        print("refused")
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
