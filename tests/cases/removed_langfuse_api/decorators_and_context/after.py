"""The decorators of Langfuse 2, and the context that every tutorial of that time flushes.

before: fails at once
after: delivered
target: litellm==1.106.2, langfuse==4.18.0
"""

import litellm
from langfuse import get_client, observe

litellm.success_callback = ["langfuse"]


@observe()
def answer(question: str) -> str:
    get_client().update_current_span(metadata={"question": question}, level="DEBUG")
    response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
    return response.choices[0].message.content


if __name__ == "__main__":
    print(answer("Which way did we come?"))
    get_client().flush()
