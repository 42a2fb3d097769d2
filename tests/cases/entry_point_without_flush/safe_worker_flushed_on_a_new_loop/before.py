"""The worker is flushed on a loop of its own: since litellm 1.104.0 that takes over what the first loop left.

Not on the legacy pair: litellm 1.77.7 hangs there.

before: delivered
pairs: default, otel
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Take two?"}]
    )
    print(response.choices[0].message.content)


asyncio.run(main())
asyncio.run(GLOBAL_LOGGING_WORKER.flush())
