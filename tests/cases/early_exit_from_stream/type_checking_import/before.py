"""The class of the client is imported for the type checker only; the parameter's annotation tells what it is.

Only the program is fixed here, so the loop stays as it is.

before: lost
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from chat import Chat
from llm_client import LlmClient

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        print(await Chat(LlmClient()).first_token("Hello?"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
