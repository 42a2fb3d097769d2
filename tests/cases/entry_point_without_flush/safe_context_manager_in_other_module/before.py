"""An async context manager of another module delivers.

before: delivered
"""

import asyncio

import litellm

from tracing import traced


async def main() -> None:
    async with traced():
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Who is tracing?"}]
        )
        print(response.choices[0].message.content)


asyncio.run(main())
