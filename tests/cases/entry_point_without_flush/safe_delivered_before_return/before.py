"""Delivery in the function that calls, not in `main`: every path through it delivers.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


class Client:
    async def ask(self, question: str) -> str:
        try:
            response = await litellm.acompletion(
                model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
            )
            return response.choices[0].message.content
        finally:
            await asyncio.sleep(0)
            await GLOBAL_LOGGING_WORKER.flush()


async def main() -> None:
    client = Client()
    print(await client.ask("Delivered at the door?"))


asyncio.run(main())
