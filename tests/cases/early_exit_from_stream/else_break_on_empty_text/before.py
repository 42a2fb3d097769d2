"""The `else` of a content test breaks: the first empty delta ends the loop, and LiteLLM never logs the call.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def commit_message(diff: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": f"Write a commit message for this diff:\n{diff}"}],
        stream=True,
    )
    message = ""
    async for chunk in response:
        text = chunk.choices[0].delta.content
        if text:
            message += text
        else:
            break  # expect: LLM101@13
    return message


async def main() -> None:
    try:
        print(await commit_message("-colour\n+color"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


if __name__ == "__main__":
    asyncio.run(main())
