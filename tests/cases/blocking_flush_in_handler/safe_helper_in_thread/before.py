"""The helper flushes in a thread of its own: the event loop goes on.

before: delivered
select: LLM306
beside: web.py
"""

import asyncio

import litellm
from langfuse import Langfuse
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
from web import Application

litellm.success_callback = ["langfuse"]


def close() -> None:
    Langfuse().flush()


async def chat(question: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
    )
    await asyncio.to_thread(close)
    return response.choices[0].message.content


app = Application()
app.router.add_post("/chat", chat)


async def main() -> None:
    try:
        print(await app.request("/chat", "Who waits for whom?"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
