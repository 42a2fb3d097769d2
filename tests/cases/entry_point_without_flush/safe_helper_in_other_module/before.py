"""The helper that delivers is in another module, and is called in a `finally`.

before: delivered
"""

import asyncio

import litellm

from delivery import deliver_traces

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Who is tracing?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await deliver_traces()


asyncio.run(main())
