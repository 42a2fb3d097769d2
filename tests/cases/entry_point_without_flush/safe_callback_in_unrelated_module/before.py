"""A module in the same folder registers the callback, but this program never imports it.

before: untraced
"""

import asyncio

import litellm


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Who is tracing?"}]
    )
    print(response.choices[0].message.content)


asyncio.run(main())
