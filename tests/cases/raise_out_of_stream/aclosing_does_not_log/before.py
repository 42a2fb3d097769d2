"""`aclosing` frees the connection on the way out; LiteLLM logs nothing for a closed stream.

Not on the legacy pair: LiteLLM streams have no `aclose` there, so `aclosing` itself fails.

before: failed
pairs: default, otel
select: LLM103
"""

import asyncio
from contextlib import aclosing

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        async with aclosing(
            await litellm.acompletion(
                model="gpt-4o-mini", messages=[{"role": "user", "content": "Count to ten."}], stream=True
            )
        ) as stream:
            async for chunk in stream:
                if "1" in (chunk.choices[0].delta.content or ""):
                    raise SystemExit("enough")  # expect: LLM103
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
