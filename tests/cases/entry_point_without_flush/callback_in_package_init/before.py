"""The package's `__init__` registers the callback, and the call is in a module of it.

before: lost
after: delivered
"""

import asyncio

from assistant.chat import answer


async def main() -> None:
    print(await answer("Who am I talking to?"))


asyncio.run(main())  # expect: LLM301
