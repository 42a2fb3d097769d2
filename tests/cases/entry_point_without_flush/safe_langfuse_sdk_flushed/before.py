"""The SDK is flushed on every way out; an error in that is caught, and is no way past it.

before: delivered
pairs: default, otel
"""

import asyncio
import os

from langfuse import get_client
from langfuse.openai import AsyncOpenAI


def flush() -> None:
    try:
        get_client().flush()
    except Exception as error:
        print(error)


async def main() -> None:
    client = AsyncOpenAI()
    try:
        response = await client.chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Is it all written down?"}]
        )
        print(response.choices[0].message.content, flush=True)
    finally:
        flush()


asyncio.run(main())
os._exit(0)
