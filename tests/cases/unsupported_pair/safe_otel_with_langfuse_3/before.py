"""The same in the other list, with langfuse 3.

before: delivered
target: litellm==1.85.7, langfuse==3.15.0
"""

import litellm

litellm.success_callback = ["langfuse_otel"]

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "The other list?"}])
print(response.choices[0].message.content)
