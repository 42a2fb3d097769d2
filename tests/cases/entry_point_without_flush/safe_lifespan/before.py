"""The lifespan of an application waits for LiteLLM's logging when it has served.

before: delivered
beside: server.py
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
from server import App, serve

litellm.success_callback = ["langfuse"]


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[None]:
    yield
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


app = App(lifespan=lifespan)


@app.get("/")
async def chat() -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Have you been served?"}]
    )
    return response.choices[0].message.content


if __name__ == "__main__":
    serve(app)
