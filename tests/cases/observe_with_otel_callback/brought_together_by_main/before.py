"""Neither module knows of the other: the program imports both.

before: lost
target: litellm==1.106.2, langfuse==5.0.4
"""

import settings  # noqa: F401
from work import answer

print(answer("Together?"))
