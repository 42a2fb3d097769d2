"""A sync call inside the coroutine is logged from LiteLLM's thread, which Python waits for.

before: delivered
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]


def lookup(word: str) -> str:
    response = litellm.completion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"What is {word}?"}]
    )
    return response.choices[0].message.content or ""


async def main() -> None:
    await asyncio.sleep(0.01)
    print(lookup("a zeugma"))


asyncio.run(main())
