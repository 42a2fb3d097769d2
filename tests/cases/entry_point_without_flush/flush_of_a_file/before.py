"""`.flush()` of a file is no flush of traces, wherever it stands.

before: lost
after: delivered
"""

import asyncio
import sys
from tempfile import TemporaryFile

import litellm

litellm.success_callback = ["langfuse"]


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Something worth keeping"}]
    )
    with TemporaryFile("w") as file:
        file.write(response.choices[0].message.content or "")
        file.flush()
    sys.stdout.flush()


asyncio.run(main())  # expect: LLM301
