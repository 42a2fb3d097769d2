"""In a `finally` it is run on every way out, and is still no more than a guess.

before: delivered
after: delivered
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Finally?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await asyncio.sleep(1.0)  # expect: LLM302


if __name__ == "__main__":
    asyncio.run(main())
