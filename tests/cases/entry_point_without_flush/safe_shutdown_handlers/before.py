"""Of two shutdown handlers one delivers: that is enough.

before: delivered
beside: server.py
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
from server import App, serve

litellm.success_callback = ["langfuse"]


app = App()


@app.on_event("shutdown")
async def close() -> None:
    print("Bye")


@app.on_event("shutdown")
async def deliver() -> None:
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


@app.get("/")
async def chat() -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Who is the last to leave?"}]
    )
    return response.choices[0].message.content


if __name__ == "__main__":
    serve(app)
