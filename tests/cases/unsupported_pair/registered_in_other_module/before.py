"""The registration is in a module of its own, and reported there.

before: lost
target: litellm==1.106.2, langfuse==5.0.4
"""

import litellm
from tracing import set_up

set_up()

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Set up?"}])
print(response.choices[0].message.content)
