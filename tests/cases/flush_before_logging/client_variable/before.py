"""A client in a local variable, flushed as the last thing `main` does.

before: lost
after: delivered
"""

import asyncio

import litellm
from langfuse import Langfuse

litellm.success_callback = ["langfuse"]


async def joke() -> str:
    response = await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "A joke!"}])
    return response.choices[0].message.content


async def main() -> None:
    client = Langfuse()
    print(await joke())
    client.flush()  # expect: LLM304


asyncio.run(main())
