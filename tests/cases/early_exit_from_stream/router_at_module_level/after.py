"""A stream from a `Router` instance is a LiteLLM stream too.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm import Router
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]

router = Router(model_list=[{"model_name": "chat", "litellm_params": {"model": "gpt-4o-mini"}}])


async def deliver_traces() -> None:
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


async def main() -> None:
    try:
        response = await router.acompletion(
            model="chat",
            messages=[{"role": "user", "content": "Suggest a name for a cat."}],
            stream=True,
        )
        name = ""
        async for chunk in response:
            if chunk.choices[0].finish_reason:
                # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
                async for _ in response:
                    pass
                break
            name += chunk.choices[0].delta.content or ""
        print(name)
    finally:
        await deliver_traces()


asyncio.run(main())
