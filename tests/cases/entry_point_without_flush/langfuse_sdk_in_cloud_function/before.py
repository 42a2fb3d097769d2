"""A cloud function is frozen when it has returned, with what the Langfuse SDK has not sent yet.

before: lost
after: delivered
beside: freezing_cloud.py
"""

import asyncio

import freezing_cloud
from langfuse.openai import AsyncOpenAI

client = AsyncOpenAI()


async def answer(question: str) -> str:
    response = await client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
    )
    return response.choices[0].message.content


def handler(event: dict[str, str], context: object) -> str:
    return asyncio.run(answer(event["question"]))  # expect: LLM301@12


freezing_cloud.serve(handler, [{"question": "How cold is it in there?"}])
