"""An environment variable decides, and the other choice works.

before: delivered
target: litellm==1.106.2, langfuse==5.0.4
"""

import os

import litellm

litellm.callbacks = ["langfuse"] if os.environ.get("OLD_LANGFUSE") else ["langfuse_otel"]

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Either or?"}])
print(response.choices[0].message.content)
