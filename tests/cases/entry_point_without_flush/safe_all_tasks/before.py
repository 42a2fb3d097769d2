"""Waiting for every other task of the loop is a delivery as well: LiteLLM's logging tasks are among them.

before: delivered
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]


async def settle(timeout: float) -> None:
    """Wait until the other tasks of this loop are done; background workers never are, so bound it."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others, timeout=timeout)


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Is everybody done?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await settle(timeout=2)


asyncio.run(main())
