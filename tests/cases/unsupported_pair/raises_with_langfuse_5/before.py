"""LiteLLM 1.106 refuses langfuse 5 in the middle of the first call.

before: fails at once
target: litellm==1.106.2, langfuse==5.0.4
"""

import litellm

litellm.success_callback = ["langfuse"]  # expect: LLM402@1

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Does it matter?"}])
print(response.choices[0].message.content)
