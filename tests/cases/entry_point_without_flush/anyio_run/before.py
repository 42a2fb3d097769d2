"""`anyio.run` takes the function, not the coroutine; the loop ends as early.

before: lost
after: delivered
"""

import anyio
import litellm

litellm.success_callback = ["langfuse"]


async def main() -> None:
    with anyio.fail_after(30):
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Structured or not?"}]
        )
    print(response.choices[0].message.content)


anyio.run(main)  # expect: LLM301
