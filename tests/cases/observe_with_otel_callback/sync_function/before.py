"""Sync calls are logged from a thread that still knows the active span.

before: lost
target: litellm==1.106.2, langfuse==5.0.4
"""

import litellm
from langfuse import observe

litellm.callbacks = ["langfuse_otel"]  # expect: LLM403


@observe()
def answer(question: str) -> str:
    response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
    return str(response.choices[0].message.content)


print(answer("And in sync?"))
