"""LiteLLM 1.77 gives langfuse 3 an argument that only langfuse 2 takes.

before: fails at once
target: litellm==1.77.7, langfuse==3.6.2
"""

import litellm

litellm.success_callback.append("langfuse")  # expect: LLM402@33

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "One more?"}])
print(response.choices[0].message.content)
