"""What the installed release has is asked first.

before: delivered
"""

from importlib.metadata import version

import litellm

litellm.success_callback = ["langfuse"]
OLD = version("langfuse").startswith("2.")


def flush() -> None:
    if OLD:
        from langfuse.decorators import langfuse_context

        langfuse_context.flush()
    else:
        import langfuse

        langfuse.get_client().flush()


response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "How old are you?"}])
print(response.choices[0].message.content)
flush()
