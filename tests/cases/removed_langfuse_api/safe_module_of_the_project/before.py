"""A package of the project that has decorators of its own.

before: delivered
"""

import litellm
from tracing.decorators import langfuse_context, observe

litellm.success_callback = ["langfuse"]


@observe
def answer() -> None:
    response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Whose are you?"}])
    print(response.choices[0].message.content)


answer()
langfuse_context.flush()
