"""The traced call is in another module; registered and run here.

before: lost
after: delivered
"""

import asyncio

import litellm

from chat import answer

litellm.success_callback = ["langfuse"]


async def main() -> None:
    print(await answer("Who am I talking to?"))


asyncio.run(main())  # expect: LLM301
