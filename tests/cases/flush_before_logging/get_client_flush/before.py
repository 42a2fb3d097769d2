"""The advice everybody finds first: `get_client().flush()` at the end of `main`. LiteLLM has handed over nothing yet.

Not on the legacy pair: Langfuse 2 has no `get_client`.

before: lost
after: delivered
pairs: default, otel
"""

import asyncio

import litellm
from langfuse import get_client

litellm.success_callback = ["langfuse"]


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Did you get my message?"}]
    )
    print(response.choices[0].message.content)
    get_client().flush()  # expect: LLM304@5


asyncio.run(main())
