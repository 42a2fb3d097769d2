"""LiteLLM 1.80.11 does not know this variable yet.

before: lost
target: litellm==1.80.11, langfuse==3.11.2
"""

import os

import litellm
from langfuse import observe

os.environ["OTEL_IGNORE_CONTEXT_PROPAGATION"] = "true"
litellm.callbacks = ["langfuse_otel"]  # expect: LLM403


@observe()
def answer(question: str) -> str:
    response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
    return str(response.choices[0].message.content)


print(answer("Too early?"))
