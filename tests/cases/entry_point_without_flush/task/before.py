"""A task of a queue runs its coroutine with what it was given.

before: lost
after: delivered
"""

import asyncio

import litellm
from tasks import Tasks

litellm.success_callback = ["langfuse"]
tasks = Tasks()


async def answer(question: str) -> None:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
    )
    print(response.choices[0].message.content)


@tasks.task
def work(question: str) -> None:
    asyncio.run(answer(question))  # expect: LLM301@5


work.later("Is it my turn?")
tasks.work()
