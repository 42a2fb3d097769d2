"""`asyncio.Runner` closes its loop at the end of the `with`, and the log records with it.

before: lost
after: delivered
python: 3.11
"""

import asyncio

from litellm import acompletion
import litellm

litellm.success_callback = ["langfuse"]


async def ask(question: str) -> None:
    answer = await acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
    print(answer.choices[0].message.content)


def main() -> None:
    with asyncio.Runner() as runner:
        runner.run(ask("What runs a coroutine?"))  # expect: LLM301


main()
