"""A shutdown handler closes this and that, and forgets LiteLLM's logging.

before: lost
after: delivered
beside: server.py
"""

import asyncio
import logging

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
from server import App, serve

litellm.success_callback = ["langfuse"]


app = App()


async def _deliver_traces(timeout: float = 10.0) -> None:
    """Let LiteLLM finish logging; never raise into the program."""
    try:
        await asyncio.sleep(0)  # LiteLLM enqueues from a task of its own: let it start
        await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), timeout)
    except Exception:
        logging.getLogger(__name__).exception("Not all traces have reached Langfuse")


@app.on_event("shutdown")
async def close() -> None:
    try:
        print("Bye")
    finally:
        await _deliver_traces()


@app.get("/")
async def chat() -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Anything else?"}]
    )
    return response.choices[0].message.content


if __name__ == "__main__":
    serve(app)
