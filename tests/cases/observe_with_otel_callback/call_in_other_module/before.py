"""The decorated function is in another module; what is wrong is the registration.

before: lost
target: litellm==1.106.2, langfuse==5.0.4
"""

import litellm
from work import answer

litellm.callbacks = ["langfuse_otel"]  # expect: LLM403

print(answer("Over there?"))
