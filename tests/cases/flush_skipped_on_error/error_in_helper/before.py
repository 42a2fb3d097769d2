"""The error comes from a function that `main` calls.

before: failed
after: failed, delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def number(question: str) -> int:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
    )
    return int(response.choices[0].message.content)


async def main() -> None:
    print(await number("How many?"))
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()  # expect: LLM303


asyncio.run(main())
