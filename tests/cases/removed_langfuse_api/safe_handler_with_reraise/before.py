"""The handler has the last word: it says which release to install.

before: delivered
target: litellm==1.77.7, langfuse==2.60.10
"""

import litellm

try:
    from langfuse.decorators import langfuse_context
except ImportError as error:
    raise SystemExit("install langfuse<3") from error

litellm.success_callback = ["langfuse"]

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Will you start?"}])
print(response.choices[0].message.content)
langfuse_context.flush()
