"""Three calls at once at the end of `main`: which of them arrive is a matter of luck, all three do not.

Not on the legacy pair, where `asyncio.run` now and then hangs for good as it cancels LiteLLM's worker at work.

before: lost
after: delivered
pairs: default, otel
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]

QUESTIONS = ["Who?", "Where?", "When?"]


async def main() -> None:
    answers = await asyncio.gather(
        *(
            litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
            for question in QUESTIONS
        )
    )
    for question, answer in zip(QUESTIONS, answers):
        print(question, answer.choices[0].message.content)


asyncio.run(main())  # expect: LLM301
