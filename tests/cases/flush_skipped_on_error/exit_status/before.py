"""`sys.exit` is an exception too.

before: failed
after: failed, delivered
"""

import asyncio
import sys

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Pass or fail?"}]
    )
    answer = response.choices[0].message.content
    print(answer)
    if "pass" not in answer:
        sys.exit(3)
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()  # expect: LLM303


asyncio.run(main())
