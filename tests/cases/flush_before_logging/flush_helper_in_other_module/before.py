"""The helper of another module flushes Langfuse, and only that.

before: lost
after: delivered
"""

import asyncio

import litellm

from observability import flush_langfuse

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Who is tracing?"}]
        )
        print(response.choices[0].message.content)
    finally:
        flush_langfuse()  # expect: LLM304


asyncio.run(main())
