"""A helper that delivers is imported, and nobody calls it: the fix does.

before: lost
after: delivered
"""

import asyncio

import litellm

from delivery import deliver_traces

litellm.success_callback = ["langfuse"]


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Who is tracing?"}]
    )
    print(response.choices[0].message.content)


asyncio.run(main())  # expect: LLM301
