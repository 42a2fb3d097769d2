"""The same in `callbacks`: the error is logged, the call succeeds, and nothing arrives.

before: lost
target: litellm==1.106.2, langfuse==5.0.4
"""

import litellm

litellm.callbacks = ["langfuse"]  # expect: LLM402

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Who will know?"}])
print(response.choices[0].message.content)
