"""The list has a name of its own; the registration is where LiteLLM gets it.

before: lost
target: litellm==1.106.2, langfuse==5.0.4
"""

import litellm

CALLBACKS = ["langfuse"]
litellm.callbacks = CALLBACKS  # expect: LLM402

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "By what name?"}])
print(response.choices[0].message.content)
