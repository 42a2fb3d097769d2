"""The Langfuse SDK alone traces these calls: a normal exit would flush it, `os._exit` does not.

before: lost
after: delivered
"""

import asyncio
import logging
import os
import threading

from langfuse.openai import AsyncOpenAI


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


async def main() -> None:
    try:
        client = AsyncOpenAI()
        response = await client.chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Who keeps the books?"}]
        )
        print(response.choices[0].message.content, flush=True)
    finally:
        await _deliver_traces()


asyncio.run(main())
os._exit(0)
