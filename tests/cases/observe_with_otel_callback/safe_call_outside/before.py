"""The decorated function only prepares the call.

before: delivered
target: litellm==1.106.2, langfuse==5.0.4
"""

import litellm
from langfuse import observe

litellm.callbacks = ["langfuse_otel"]


@observe()
def prompt(topic: str) -> str:
    return f"Tell me about {topic}"


response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": prompt("spans")}])
print(response.choices[0].message.content)
