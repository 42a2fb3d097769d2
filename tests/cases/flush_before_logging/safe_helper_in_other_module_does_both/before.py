"""The helper of the other module waits for LiteLLM first, and flushes Langfuse then.

before: delivered
"""

import asyncio

import litellm

from observability import flush_traces

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Who is tracing?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await flush_traces()


asyncio.run(main())
