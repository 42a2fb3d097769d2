"""The callback is appended to what is there already.

Not on the otel pair, where another name would have to be registered, in another list.

before: lost
after: delivered
pairs: default, legacy
"""

import asyncio

import litellm

litellm.success_callback.append("langfuse")


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "One more thing?"}]
    )
    print(response.choices[0].message.content)


asyncio.run(main())  # expect: LLM301
