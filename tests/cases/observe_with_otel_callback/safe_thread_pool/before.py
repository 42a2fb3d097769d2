"""Threads of a pool do not know the span.

before: delivered
target: litellm==1.106.2, langfuse==5.0.4
"""

from concurrent.futures import ThreadPoolExecutor

import litellm
from langfuse import observe

litellm.callbacks = ["langfuse_otel"]


@observe()
def answer(question: str) -> str:
    with ThreadPoolExecutor() as pool:
        call = pool.submit(litellm.completion, model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
    return str(call.result().choices[0].message.content)


print(answer("In a thread?"))
