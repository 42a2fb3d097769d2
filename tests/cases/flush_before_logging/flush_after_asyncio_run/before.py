"""A flush after `asyncio.run` has returned: the loop took LiteLLM's records with it.

before: lost
after: delivered
"""

import asyncio

import litellm
from langfuse import Langfuse

litellm.success_callback = ["langfuse"]


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Better late than never?"}]
    )
    print(response.choices[0].message.content)


if __name__ == "__main__":
    asyncio.run(main())
    Langfuse().flush()  # expect: LLM304
