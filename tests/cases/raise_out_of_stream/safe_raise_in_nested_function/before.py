"""The `raise` belongs to a function that is defined in the loop and called after it.

before: failed, delivered
select: LLM103
"""

import asyncio
from collections.abc import Callable

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    checks: list[Callable[[], None]] = []
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Three words"}], stream=True
        )
        async for chunk in response:

            def check(text: str = chunk.choices[0].delta.content or "") -> None:
                if "world" in text:
                    raise ValueError(text)

            checks.append(check)
        for check in checks:
            check()
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
