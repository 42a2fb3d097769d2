"""A shutdown handler closes something first: when that fails, nobody waits for LiteLLM's logging.

before: failed
after: failed, delivered
beside: server.py
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
from server import App, serve

litellm.success_callback = ["langfuse"]


async def close() -> None:
    disconnect()
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()  # expect: LLM303@11


def disconnect() -> None:
    raise ConnectionError("the database was faster")


app = App(on_shutdown=[close])


@app.get("/")
async def chat() -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Who pulls the plug?"}]
    )
    return response.choices[0].message.content


if __name__ == "__main__":
    serve(app)
