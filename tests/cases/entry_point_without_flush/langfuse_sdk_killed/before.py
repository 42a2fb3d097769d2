"""The Langfuse SDK alone traces these calls: a normal exit would flush it, `os._exit` does not.

before: lost
after: delivered
"""

import asyncio
import os

from langfuse.openai import AsyncOpenAI


async def main() -> None:
    client = AsyncOpenAI()
    response = await client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Who keeps the books?"}]
    )
    print(response.choices[0].message.content, flush=True)


asyncio.run(main())  # expect: LLM301
os._exit(0)
