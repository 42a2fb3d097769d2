"""The worker's flush without a turn of the loop finds no queue, and the Langfuse flush after it no records.

before: lost
after: delivered
"""

import asyncio

import litellm
from langfuse import Langfuse
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]

langfuse = Langfuse()


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Twice is not enough?"}]
    )
    print(response.choices[0].message.content)
    await GLOBAL_LOGGING_WORKER.flush()
    langfuse.flush()  # expect: LLM304


asyncio.run(main())
