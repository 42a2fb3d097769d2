"""A cloud function hands its event on, as a library's wrapper would: it is where the program starts all the same.

before: lost
after: delivered
beside: cloud.py
"""

import asyncio
from typing import Any

import cloud
import litellm

litellm.success_callback = ["langfuse"]


async def answer(event: dict[str, Any]) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": event["question"]}]
    )
    return response.choices[0].message.content


def handler(event: dict[str, Any], context: object) -> str:
    return asyncio.run(answer(event))  # expect: LLM301@12


cloud.serve(handler, [{"question": "Is it cold up there?"}])
