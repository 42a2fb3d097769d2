"""The program asks for the version itself.

before: delivered
target: litellm==1.106.2, langfuse==5.0.4
"""

from importlib.metadata import version

import litellm

if int(version("langfuse").partition(".")[0]) == 4:
    litellm.success_callback = ["langfuse"]
else:
    litellm.callbacks = ["langfuse_otel"]

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Which one?"}])
print(response.choices[0].message.content)
