"""Another variable, set in another module, gives each call a trace of its own.

before: delivered
target: litellm==1.106.2, langfuse==5.0.4
"""

import settings  # noqa: F401
from work import answer

print(answer("Apart?"))
