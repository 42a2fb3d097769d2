"""What was registered is taken back before anything is called.

before: delivered
target: litellm==1.106.2, langfuse==5.0.4
"""

import litellm

litellm.callbacks = ["langfuse"]
litellm.callbacks = []
litellm.success_callback = ["langfuse_otel"]

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Second thoughts?"}])
print(response.choices[0].message.content)
