"""A decorator of the program's own that happens to be called `observe`.

before: delivered
target: litellm==1.106.2, langfuse==5.0.4
"""

from collections.abc import Callable

import litellm

litellm.callbacks = ["langfuse_otel"]


def observe(function: Callable[[str], str]) -> Callable[[str], str]:
    return function


@observe
def answer(question: str) -> str:
    response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
    return str(response.choices[0].message.content)


print(answer("Whose decorator?"))
