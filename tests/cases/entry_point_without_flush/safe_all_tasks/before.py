"""Waiting for every other task of the loop is a delivery as well: LiteLLM's logging tasks are among them.

before: delivered
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]


async def settle(patience: float = 1.0) -> None:
    """Wait for the loop's other tasks; LiteLLM's worker never ends, so bound it."""
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
