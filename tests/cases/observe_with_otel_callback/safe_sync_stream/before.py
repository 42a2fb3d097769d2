"""A sync stream is logged by a thread that knows nothing of the span.

before: delivered
target: litellm==1.106.2, langfuse==5.0.4
"""

import litellm
from langfuse import observe

litellm.callbacks = ["langfuse_otel"]


@observe()
def answer(question: str) -> str:
    stream = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}], stream=True)
    return "".join([chunk.choices[0].delta.content or "" for chunk in stream])


print(answer("Chunk by chunk?"))
