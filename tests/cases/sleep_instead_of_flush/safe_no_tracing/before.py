"""Nothing is traced to Langfuse here, so the sleep is for something else.

before: untraced
"""

import asyncio

import litellm


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Nobody listens?"}]
    )
    print(response.choices[0].message.content)
    await asyncio.sleep(0.1)


asyncio.run(main())
