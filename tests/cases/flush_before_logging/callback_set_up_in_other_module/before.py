"""Another module sets tracing up, this one flushes Langfuse and leaves LiteLLM no time.

before: lost
after: delivered
"""

import asyncio

import litellm
from langfuse import Langfuse

from tracing import setup_tracing

setup_tracing()


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Who is tracing?"}]
    )
    print(response.choices[0].message.content)
    Langfuse().flush()  # expect: LLM304


asyncio.run(main())
