"""The helper flushes Langfuse only, but LiteLLM has been waited for by another one.

before: delivered
"""

import asyncio

import litellm

from delivery import deliver_traces
from observability import flush_langfuse

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Who is tracing?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await deliver_traces()
        flush_langfuse()


asyncio.run(main())
