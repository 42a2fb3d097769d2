"""`hasattr` is a question about the version, too.

before: delivered
"""

import litellm
from langfuse import Langfuse

litellm.success_callback = ["langfuse"]
langfuse = Langfuse()

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Do you trace?"}])
print(response.choices[0].message.content)
if hasattr(langfuse, "trace"):
    langfuse.trace(name="manual")
langfuse.flush()
