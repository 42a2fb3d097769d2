"""A shutdown handler waits for LiteLLM's logging before anything can fail.

before: failed, delivered
beside: server.py
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
from server import App, serve

litellm.success_callback = ["langfuse"]


async def close() -> None:
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()
    disconnect()


def disconnect() -> None:
    raise ConnectionError("the database was faster")


app = App(on_shutdown=[close])


@app.get("/")
async def chat() -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Who goes first?"}]
    )
    return response.choices[0].message.content


if __name__ == "__main__":
    serve(app)
