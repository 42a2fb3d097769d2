"""Waiting for every other task of the loop is a delivery as well: LiteLLM's logging tasks are among them.

Not with litellm 1.77.7, of which the linter says that it waits in vain: one run in three hung when the loop closed.

before: delivered
pairs: default, otel
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]


async def settle() -> None:
    """Wait for the loop's other tasks, then for those that they have started; LiteLLM's worker never ends: bound it."""
    for patience in (0.5, 1):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.wait(others, timeout=patience)


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Is everybody done?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await settle()


asyncio.run(main())
