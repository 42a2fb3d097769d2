"""A callback of the program's own is registered, and Langfuse only mentioned in a string.

before: untraced
"""

import asyncio

import litellm

answers: list[object] = []


def remember(kwargs: object, response: object, start: object, end: object) -> None:
    answers.append(response)


litellm.success_callback = [remember]


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "What is langfuse?"}]
    )
    print(response.choices[0].message.content)


asyncio.run(main())
