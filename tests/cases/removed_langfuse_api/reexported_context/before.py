"""The context is re-exported: it is reported where it is imported, and stays, for others import it from there.

before: fails at once
target: litellm==1.106.2, langfuse==4.18.0
"""

import litellm
from tracing import langfuse_context, observe

litellm.success_callback = ["langfuse"]


@observe()
def answer() -> None:
    response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "From where?"}])
    print(response.choices[0].message.content)


answer()
langfuse_context.flush()
