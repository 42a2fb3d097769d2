"""The process ends with `os._exit`: what LiteLLM has logged is still in the exporter's buffer.

The client that litellm 1.77 keeps for Langfuse 2 sends every half second: there it is a matter of luck.

before: lost
after: delivered
pairs: default, otel
"""

import asyncio
import os

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Leaving so soon?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()  # expect: LLM305@15


asyncio.run(main())
os._exit(0)
