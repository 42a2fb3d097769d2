"""The same with `__anext__`, on a stream from a `Router`.

before: lost
"""

import asyncio

import litellm
from litellm import Router
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]

router = Router(model_list=[{"model_name": "chat", "litellm_params": {"model": "gpt-4o-mini"}}])


async def first_chunk_arrives() -> bool:
    messages = [{"role": "user", "content": "Time to first token?"}]
    response = await router.acompletion(model="chat", messages=messages, stream=True)  # expect: LLM104
    return await response.__anext__() is not None


async def main() -> None:
    try:
        print(await first_chunk_arrives())
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
