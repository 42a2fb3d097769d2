"""The callback is set up; what the entry point reaches in the other module makes no LiteLLM call.

before: delivered
"""

import asyncio

import litellm

from chat import prompt_for

litellm.success_callback = ["langfuse"]


async def main() -> None:
    print(await prompt_for("nobody"))


asyncio.run(main())
answer = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Now, synchronously."}])
print(answer.choices[0].message.content)
