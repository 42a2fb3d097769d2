"""The stream is opened by a client in another module; the content is read here.

before: crashed
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from client import Client

litellm.success_callback = ["langfuse"]


async def toast(client: Client, guest: str) -> str:
    text = f"To {guest}! "
    async for chunk in await client.chat(f"A toast to {guest}"):
        text = text + (chunk.choices[0].delta.content or "")
    return text


async def main() -> None:
    try:
        print(await toast(Client(), "the bride"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
