"""A lifespan sleeps a while before the application is gone.

before: delivered
after: delivered
beside: server.py
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
from server import App, serve

litellm.success_callback = ["langfuse"]


async def _deliver_traces(timeout: float = 10.0) -> None:
    """Let LiteLLM finish logging; never raise into the program."""
    try:
        await asyncio.sleep(0)  # LiteLLM enqueues from a task of its own: let it start
        await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), timeout)
    except Exception:
        logging.getLogger(__name__).exception("Not all traces have reached Langfuse")


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await _deliver_traces()


app = App(lifespan=lifespan)


@app.get("/")
async def chat() -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Time for a nap?"}]
    )
    return response.choices[0].message.content


if __name__ == "__main__":
    serve(app)
