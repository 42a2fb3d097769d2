"""A list of that name, but not LiteLLM's.

before: delivered
target: litellm==1.106.2, langfuse==5.0.4
"""

import litellm


class Options:
    callbacks: list[str]


options = Options()
options.callbacks = ["langfuse"]
litellm.callbacks = ["langfuse_otel"]


response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Whose list?"}])
print(response.choices[0].message.content)
