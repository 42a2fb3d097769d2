"""A callback for failures is made before anything has failed.

before: fails at once
target: litellm==1.106.2, langfuse==5.0.4
"""

import litellm

litellm.failure_callback = ["langfuse"]  # expect: LLM402

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "What if it fails?"}])
print(response.choices[0].message.content)
