"""A span that is not the current one takes nothing.

before: delivered
target: litellm==1.106.2, langfuse==5.0.4
"""

import litellm
from langfuse import get_client

litellm.callbacks = ["langfuse_otel"]


span = get_client().start_observation(name="request")
response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Beside it?"}])
print(response.choices[0].message.content)
span.end()
