"""`shutdown()` flushes and goes; with nothing handed over yet, it only goes.

before: lost
after: delivered
"""

import asyncio

import litellm
from langfuse import Langfuse

litellm.success_callback = ["langfuse"]
langfuse = Langfuse()


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Lights out?"}]
    )
    print(response.choices[0].message.content)


asyncio.run(main())
langfuse.shutdown()  # expect: LLM304
