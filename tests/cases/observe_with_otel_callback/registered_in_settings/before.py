"""The registration is in a module of settings, and reported there.

before: lost
target: litellm==1.106.2, langfuse==5.0.4
"""

import litellm
import settings  # noqa: F401
from langfuse import observe


@observe()
def answer(question: str) -> str:
    response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
    return str(response.choices[0].message.content)


print(answer("Settled?"))
