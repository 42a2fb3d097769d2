"""The other tasks of the loop are waited for if there are any; without any, nothing is left to log.

Not with litellm 1.77.7, of which the linter says that it waits in vain: one run in three hung when the loop closed.

before: delivered
pairs: default, otel
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]


async def settle(patience: float = 1.0) -> None:
    for _ in range(2):  # the first tasks start others; LiteLLM's worker never ends, so bound it
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=patience)


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Who is tracing?"}]
        )
        print(response.choices[0].message.content)
    finally:
        await settle()


asyncio.run(main())
