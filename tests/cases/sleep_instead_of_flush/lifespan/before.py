"""A lifespan sleeps a while before the application is gone.

before: delivered
after: delivered
beside: server.py
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import litellm
from server import App, serve

litellm.success_callback = ["langfuse"]


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[None]:
    yield
    await asyncio.sleep(1)  # expect: LLM302@11


app = App(lifespan=lifespan)


@app.get("/")
async def chat() -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Time for a nap?"}]
    )
    return response.choices[0].message.content


if __name__ == "__main__":
    serve(app)
