"""What the handler flushes is a file.

before: delivered
select: LLM306
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from typing import Any

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


class App:
    """As much of a web framework as is needed to serve a request."""

    def __init__(self) -> None:
        self.routes: dict[str, Callable[..., Awaitable[Any]]] = {}

    def post(self, path: str) -> Callable[[Callable[..., Awaitable[Any]]], Callable[..., Awaitable[Any]]]:
        def register(handler: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
            self.routes[path] = handler
            return handler

        return register

    async def request(self, path: str, **fields: Any) -> Any:
        return await self.routes[path](**fields)


app = App()


@app.post("/chat")
async def chat(question: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
    )
    with tempfile.TemporaryFile("w") as protocol:
        protocol.write(question)
        protocol.flush()
    return response.choices[0].message.content


async def main() -> None:
    try:
        print(await app.request("/chat", question="What is on?"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
