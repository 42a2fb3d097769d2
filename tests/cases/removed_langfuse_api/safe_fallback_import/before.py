"""Old and new releases are both provided for, in either order.

before: delivered
pairs: default, legacy
"""

import litellm

try:
    from langfuse import get_client
except ImportError:
    from langfuse.decorators import langfuse_context

    def get_client():
        return langfuse_context.client_instance


try:
    from langfuse.decorators import observe
except (ModuleNotFoundError, AttributeError):
    from langfuse import observe

litellm.success_callback = ["langfuse"]


@observe()
def answer() -> None:
    response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Old or new?"}])
    print(response.choices[0].message.content)


answer()
get_client().flush()
