"""`[DONE]` ends a loop over lines of text, as when a proxy is read over HTTP: no SDK stream is involved.

before: delivered
"""

import asyncio
import json
from collections.abc import AsyncIterator

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


class Response:
    """What an HTTP client would hand out."""

    def __init__(self, body: str) -> None:
        self.body = body

    async def aiter_lines(self) -> AsyncIterator[str]:
        for line in self.body.splitlines():
            yield line


async def deliver_traces() -> None:
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


async def main() -> None:
    try:
        answer = await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Hello"}])
        delta = {"choices": [{"delta": {"content": answer.choices[0].message.content}}]}
        response = Response(f"data: {json.dumps(delta)}\ndata: [DONE]\n: keep-alive")
        async for chunk in response.aiter_lines():
            if chunk == "data: [DONE]":
                break
            print(json.loads(chunk.removeprefix("data: "))["choices"][0]["delta"]["content"])
    finally:
        await deliver_traces()


asyncio.run(main())
