"""Callbacks of a single call are as silent as `callbacks`, whichever list they are for.

before: lost
target: litellm==1.106.2, langfuse==5.0.4
"""

import litellm

response = litellm.completion(
    model="gpt-4o-mini",
    messages=[{"role": "user", "content": "Just this once?"}],
    success_callback=["langfuse"],  # expect: LLM402@22
)
print(response.choices[0].message.content)
