"""LiteLLM 1.72.6 does not know langfuse_otel, and ignores unknown names without a word.

before: lost
target: litellm==1.72.6, langfuse==2.60.10
"""

import litellm

litellm.callbacks = ["langfuse_otel"]  # expect: LLM402

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Too early?"}])
print(response.choices[0].message.content)
