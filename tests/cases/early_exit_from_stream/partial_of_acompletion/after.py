"""`functools.partial` of `acompletion` is still `acompletion`.

before: lost
after: delivered
"""

import asyncio
from functools import partial

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]

stream_chat = partial(litellm.acompletion, model="gpt-4o-mini", stream=True)


async def main() -> None:
    response = await stream_chat(messages=[{"role": "user", "content": "One proverb, please."}])
    proverb = ""
    async for chunk in response:
        text = chunk.choices[0].delta.content or ""
        if not text:
            continue
        proverb += text
    print(proverb)

    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
