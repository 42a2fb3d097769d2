"""The handler is registered by a call instead of a decorator.

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


async def chat(question: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
    )
    Langfuse().flush()  # expect: LLM306@5
    return response.choices[0].message.content


app = Application()
app.router.add_post("/chat", chat)


async def main() -> None:
    try:
        print(await app.request("/chat", "What is on?"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
