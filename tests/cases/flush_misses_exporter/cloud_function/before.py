"""A cloud freezes the process as soon as the handler has returned.

before: lost
after: delivered
beside: freezing_cloud.py
"""

import asyncio
from typing import Any

import freezing_cloud
import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def answer(question: str) -> str:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
        )
        return response.choices[0].message.content
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()  # expect: LLM305@15


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return {"answer": asyncio.run(answer(event["question"]))}


if __name__ == "__main__":
    freezing_cloud.serve(handler, [{"question": "Cold out there?"}])
