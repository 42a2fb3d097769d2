"""The handler leaves the flush to an executor: the event loop goes on.

Not on the legacy pair: litellm 1.77.7 may hang when the loop is closed.

before: delivered
pairs: default, otel
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
    return response.choices[0].message.content


async def flush(question: str) -> None:
    await asyncio.get_running_loop().run_in_executor(None, Langfuse().flush)


app = Application()
app.router.add_post("/chat", chat)
app.router.add_post("/flush", flush)


async def main() -> None:
    try:
        print(await app.request("/chat", "What is off?"))
        await app.request("/flush", "")
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
