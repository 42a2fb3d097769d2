"""`and` evaluates its right side only for a text.

before: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def password(site: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"A passphrase for {site}"}], stream=True
    )
    letters: list[str] = []
    phrase = ""
    async for chunk in response:
        text = chunk.choices[0].delta.content
        phrase = text and phrase + text or phrase
        letters += text and list(text) or []
    return phrase


async def main() -> None:
    try:
        print(await password("example.org"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
