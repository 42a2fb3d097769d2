"""The helper of another module is called when all went well.

before: failed
after: failed, delivered
"""

import asyncio

import litellm

from delivery import deliver_traces

litellm.success_callback = ["langfuse"]


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "A number"}]
    )
    print(int(response.choices[0].message.content))
    await deliver_traces()  # expect: LLM303


asyncio.run(main())
