"""An accumulator in another module takes care of `None` itself.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from accumulator import Accumulator

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        answer = Accumulator()
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "A riddle"}], stream=True
        )
        async for chunk in response:
            answer.add(chunk.choices[0].delta.content)
        print(answer.text)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
