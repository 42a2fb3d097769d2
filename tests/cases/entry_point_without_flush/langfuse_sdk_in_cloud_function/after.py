"""A cloud function is frozen when it has returned, with what the Langfuse SDK has not sent yet.

before: lost
after: delivered
beside: freezing_cloud.py
"""

import asyncio
import logging
import threading

import freezing_cloud
from langfuse.openai import AsyncOpenAI

client = AsyncOpenAI()


async def _deliver_traces(timeout: float = 5.0) -> None:
    """Flush the Langfuse SDK; never raise into the program."""
    try:
        from langfuse import get_client

        flushes = [get_client().flush]
        exporting = threading.Thread(
            target=lambda: [flush() for flush in flushes], daemon=True
        )
        exporting.start()
        exporting.join(timeout)
        if exporting.is_alive():
            raise TimeoutError("Langfuse does not answer")
    except Exception:
        logging.getLogger(__name__).exception("Not all traces have reached Langfuse")


async def answer(question: str) -> str:
    try:
        response = await client.chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
        )
        return response.choices[0].message.content
    finally:
        await _deliver_traces()


def handler(event: dict[str, str], context: object) -> str:
    return asyncio.run(answer(event["question"]))


freezing_cloud.serve(handler, [{"question": "How cold is it in there?"}])
