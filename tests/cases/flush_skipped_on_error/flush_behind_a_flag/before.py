"""Whether anything is waited for depends on a flag that has nothing to do with it.

before: lost
after: delivered
"""

import asyncio
import sys

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main(verbose: bool) -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "How much do you say?"}]
    )
    print(response.choices[0].message.content)
    if verbose:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()  # expect: LLM303
        print("logged")


asyncio.run(main(verbose="-v" in sys.argv))
