"""Nothing is registered: there is no trace to lose.

before: untraced
"""

import asyncio

import litellm

litellm.telemetry = False


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Is anybody watching?"}]
    )
    print(response.choices[0].message.content)


asyncio.run(main())
