"""The decorators of Langfuse 2, and the context that every tutorial of that time flushes.

before: fails at once
after: delivered
target: litellm==1.106.2, langfuse==4.18.0
"""

import litellm
from langfuse.decorators import langfuse_context, observe  # expect: LLM401@1

litellm.success_callback = ["langfuse"]


@observe()
def answer(question: str) -> str:
    langfuse_context.update_current_observation(metadata={"question": question}, level="DEBUG")
    response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
    return response.choices[0].message.content


if __name__ == "__main__":
    print(answer("Which way did we come?"))
    langfuse_context.flush()
