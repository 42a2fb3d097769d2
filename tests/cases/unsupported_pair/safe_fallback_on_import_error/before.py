"""The old callback only where the old SDK can be imported.

before: delivered
target: litellm==1.106.2, langfuse==5.0.4
"""

import litellm

litellm.callbacks = ["langfuse_otel"]
try:
    from langfuse.decorators import langfuse_context  # noqa: F401

    litellm.callbacks = ["langfuse"]
except ImportError:
    pass

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Can it be imported?"}])
print(response.choices[0].message.content)
