"""Three calls at once at the end of `main`: which of them arrive is a matter of luck, all three do not.

Not on the legacy pair, where `asyncio.run` now and then hangs for good as it cancels LiteLLM's worker at work.

before: lost
after: delivered
pairs: default, otel
"""

import asyncio
import logging

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]

QUESTIONS = ["Who?", "Where?", "When?"]


async def _deliver_traces(timeout: float = 10.0) -> None:
    """Let LiteLLM finish logging; never raise into the program."""
    try:
        await asyncio.sleep(0)  # LiteLLM enqueues from a task of its own: let it start
        await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), timeout)
    except Exception:
        logging.getLogger(__name__).exception("Not all traces have reached Langfuse")


async def main() -> None:
    try:
        answers = await asyncio.gather(
            *(
                litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
                for question in QUESTIONS
            )
        )
        for question, answer in zip(QUESTIONS, answers):
            print(question, answer.choices[0].message.content)
    finally:
        await _deliver_traces()


asyncio.run(main())
