"""Whatever is raised, the `finally` reads the rest of the stream first.

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
    try:
        async for chunk in response:
            text += chunk.choices[0].delta.content or ""
            if banned in text:
                raise ValueError(f"the answer mentions {banned}")
    finally:
        async for _ in response:
            pass
    return text


async def main() -> None:
    try:
        print(await moderated("A colour", banned="brown"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
