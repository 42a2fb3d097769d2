"""A sleep, then Langfuse's flush: the sleep is what the flush depends on.

before: delivered
after: delivered
"""

import asyncio

import litellm
from langfuse import Langfuse

litellm.success_callback = ["langfuse"]


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "First this, then that?"}]
    )
    print(response.choices[0].message.content)
    await asyncio.sleep(1)  # expect: LLM302
    Langfuse().flush()


asyncio.run(main())
