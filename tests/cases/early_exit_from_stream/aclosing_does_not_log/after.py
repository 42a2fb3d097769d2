"""`aclosing` frees the connection when the loop is left, but LiteLLM logs nothing for a closed stream.

Not on the legacy pair: LiteLLM streams have no `aclose` there, so `aclosing` itself fails.

before: lost
after: delivered
pairs: default, otel
"""

import asyncio
from contextlib import aclosing

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Define entropy."}], stream=True
        )
        definition = ""
        async with aclosing(response) as stream:
            async for chunk in stream:
                definition += chunk.choices[0].delta.content or ""
                if chunk.choices[0].finish_reason:
                    # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
                    async for _ in stream:
                        pass
                    break
        print(definition)
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
