"""Tracing is switched off again before anything is called.

Not on the otel pair, which registers in another list than the one that is emptied.

before: untraced
pairs: default, legacy
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]
litellm.success_callback = []


async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Off the record?"}]
    )
    print(response.choices[0].message.content)


asyncio.run(main())
