"""The part that calls models."""

import litellm
from langfuse import observe


@observe()
def answer(question: str) -> str:
    response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
    return str(response.choices[0].message.content)
