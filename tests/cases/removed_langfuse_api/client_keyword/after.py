"""`enabled` is `tracing_enabled` since 3.0.0.

before: fails at once
after: delivered
target: litellm==1.106.2, langfuse==4.18.0
"""

import litellm
from langfuse import Langfuse

litellm.success_callback = ["langfuse"]
langfuse = Langfuse(tracing_enabled=True, flush_at=10)

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Are you on?"}])
print(response.choices[0].message.content)
langfuse.flush()
