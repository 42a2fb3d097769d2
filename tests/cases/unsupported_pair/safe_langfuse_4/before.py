"""LiteLLM 1.106 and langfuse 4.7 or newer belong together.

before: delivered
target: litellm==1.106.2, langfuse==4.18.0
"""

import litellm

litellm.callbacks = ["langfuse"]

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "A match?"}])
print(response.choices[0].message.content)
