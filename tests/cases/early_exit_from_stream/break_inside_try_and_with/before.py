"""The `break` sits in a `with` in a `try` in an `if`: it still leaves the stream, and the drain runs inside them.

before: lost
after: delivered
"""

import asyncio
import io
from contextlib import redirect_stdout

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        log = io.StringIO()
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Print a checklist."}], stream=True
        )
        async for chunk in response:
            try:
                with redirect_stdout(log):
                    choice = chunk.choices[0]
                    if choice.finish_reason:
                        print("-- end")
                        break  # expect: LLM101
                    print(choice.delta.content or "", end="")
            except UnicodeError:
                log.write("?")
        print(log.getvalue())
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
