"""The model and the client, for everybody."""

import litellm
from langfuse import Langfuse

litellm.success_callback = ["langfuse"]
client = Langfuse()


def ask(question: str) -> str:
    response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
    return response.choices[0].message.content
