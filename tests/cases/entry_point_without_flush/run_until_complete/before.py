"""The old way to run a coroutine loses the call in the same way.

before: lost
after: delivered
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]


async def main():
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Any news?"}]
    )
    print(response.choices[0].message.content)


loop = asyncio.new_event_loop()
loop.run_until_complete(main())  # expect: LLM301
loop.close()
