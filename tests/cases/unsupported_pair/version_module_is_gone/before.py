"""LiteLLM 1.92 asks langfuse 4 for a module that it no longer has.

before: fails at once
target: litellm==1.92.2, langfuse==4.18.0
"""

import litellm

litellm.success_callback = ["langfuse"]  # expect: LLM402

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Which version?"}])
print(response.choices[0].message.content)
