"""LiteLLM 1.77 and langfuse 2 belong together.

before: delivered
target: litellm==1.77.7, langfuse==2.60.10
"""

import litellm

litellm.success_callback = ["langfuse"]

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "An old match?"}])
print(response.choices[0].message.content)
