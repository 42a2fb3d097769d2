"""The missing attribute is provided for.

before: delivered
"""

import litellm
from langfuse import Langfuse

litellm.success_callback = ["langfuse"]
langfuse = Langfuse()

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Is it there?"}])
print(response.choices[0].message.content)
try:
    langfuse.join()
except AttributeError:
    langfuse.shutdown()
