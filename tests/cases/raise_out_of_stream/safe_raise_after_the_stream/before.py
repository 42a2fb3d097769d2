"""The answer is judged when it is complete: the stream has been logged by then.

before: failed, delivered
select: LLM103
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def moderated(prompt: str, banned: str) -> str:
    text = ""
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    async for chunk in response:
        text += chunk.choices[0].delta.content or ""
    for word in text.split():
        if word == banned:
            raise ValueError(f"the answer mentions {banned}")
    return text


async def main() -> None:
    try:
        print(await moderated("A colour", banned="brown"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
