"""Two coroutines, run one after the other on loops of their own: one helper serves both.

before: lost
after: delivered
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]


async def draft(subject: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Draft a mail about {subject}"}]
    )
    return response.choices[0].message.content


async def polish(mail: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Polish this mail: {mail}"}]
    )
    return response.choices[0].message.content


mail = asyncio.run(draft("the broken lift"))  # expect: LLM301@8
print(asyncio.run(polish(mail)))  # expect: LLM301@7
