"""An application shuts down at the end of its lifespan: nothing waits for LiteLLM's logging there.

before: lost
after: delivered
beside: server.py
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import litellm
from server import App, serve

litellm.success_callback = ["langfuse"]


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[None]:  # expect: LLM301@1
    yield
    print("Bye")


app = App(lifespan=lifespan)


@app.get("/")
async def chat() -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Are you being served?"}]
    )
    return response.choices[0].message.content


if __name__ == "__main__":
    serve(app)
