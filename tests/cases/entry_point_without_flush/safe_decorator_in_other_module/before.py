"""The decorator of another module wraps the entry point and delivers after it.

before: delivered
"""

import asyncio

import litellm

from delivery import delivers_traces

litellm.success_callback = ["langfuse"]


@delivers_traces
async def main() -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Who is tracing?"}]
    )
    print(response.choices[0].message.content)


asyncio.run(main())
