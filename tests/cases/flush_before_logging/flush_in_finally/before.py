"""The `finally` is there already, only its first step is missing.

Not on the legacy pair: Langfuse 2 has no `get_client`.

before: lost
after: delivered
pairs: default, otel
"""

import asyncio

import langfuse
import litellm

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "At long last?"}]
        )
        print(response.choices[0].message.content)
    finally:
        langfuse.get_client().flush()  # expect: LLM304


asyncio.run(main())
