"""The `raise` stands in a loop over the letters of a chunk: it leaves both loops.

before: failed
select: LLM103
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def lower_case(prompt: str) -> str:
    text = ""
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    async for chunk in response:
        for letter in chunk.choices[0].delta.content or "":
            if letter.isupper():
                raise ValueError(f"{letter} is upper case")  # expect: LLM103
            text += letter
    return text


async def main() -> None:
    try:
        print(await lower_case("no shouting"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
