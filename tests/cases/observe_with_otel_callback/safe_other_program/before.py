"""The module that calls inside a span belongs to another program of the same project.

before: delivered
target: litellm==1.106.2, langfuse==5.0.4
"""

import litellm

litellm.callbacks = ["langfuse_otel"]

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Next door?"}])
print(response.choices[0].message.content)
