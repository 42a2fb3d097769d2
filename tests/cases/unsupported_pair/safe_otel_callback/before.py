"""langfuse_otel does not care which langfuse there is.

before: delivered
target: litellm==1.106.2, langfuse==5.0.4
"""

import litellm

litellm.callbacks = ["langfuse_otel"]

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Any version?"}])
print(response.choices[0].message.content)
