"""A lifespan flushes Langfuse when the application shuts down: LiteLLM has not logged the last call yet.

before: lost
after: delivered
beside: server.py
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import litellm
from langfuse import Langfuse
from server import App, serve

litellm.success_callback = ["langfuse"]


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[None]:
    yield
    Langfuse().flush()  # expect: LLM304@5


app = App(lifespan=lifespan)


@app.get("/")
async def chat() -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Closing time?"}]
    )
    return response.choices[0].message.content


if __name__ == "__main__":
    serve(app)
