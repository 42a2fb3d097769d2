"""A helper of another module flushes the wrong thing: the call of it is where to look.

The exporter sends every second by itself, that of litellm 1.77 every half: on a slow machine it may be in time.

before: lost
or: delivered
after: delivered
"""

import asyncio
import os

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
from tracing import close

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Is anybody there?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


if __name__ == "__main__":
    asyncio.run(main())
    close()  # expect: LLM305@5
    os._exit(0)
