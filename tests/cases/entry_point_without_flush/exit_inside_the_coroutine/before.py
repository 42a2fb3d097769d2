"""`os._exit` ends the process inside the coroutine: a `finally` around it would not run, so there is no fix.

before: lost
"""

import asyncio
import os

import litellm

litellm.success_callback = ["langfuse"]


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Going, going?"}]
    )
    print(response.choices[0].message.content)
    os._exit(0)


asyncio.run(main())  # expect: LLM301@1
