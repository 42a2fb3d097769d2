"""Both steps in their order: LiteLLM finishes logging, then the client is flushed.

Not on the legacy pair: Langfuse 2 has no `get_client`.

before: delivered
pairs: default, otel
"""

import asyncio

import litellm
from langfuse import get_client
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "In the right order?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()
        get_client().flush()


asyncio.run(main())
