"""Waiting for the loop's other tasks is a first step too.

Not with litellm 1.77.7, of which the linter says that it waits in vain: one run in three hung when the loop closed.

before: delivered
pairs: default, otel
"""

import asyncio

import litellm
from langfuse import Langfuse

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Everyone aboard?"}]
        )
        print(response.choices[0].message.content)
    finally:
        for patience in (0.5, 1):  # the first tasks start others
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            await asyncio.wait(tasks, timeout=patience)
        Langfuse().flush()


asyncio.run(main())
