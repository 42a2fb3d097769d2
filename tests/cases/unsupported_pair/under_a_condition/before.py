"""Whether the keys are there says nothing about versions.

before: fails at once
target: litellm==1.106.2, langfuse==5.0.4
"""

import os

import litellm

if os.environ.get("LANGFUSE_PUBLIC_KEY"):
    litellm.success_callback = ["langfuse"]  # expect: LLM402

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Are there keys?"}])
print(response.choices[0].message.content)
