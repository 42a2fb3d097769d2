"""The module itself is imported, under a name of its own.

before: fails at once
after: delivered
target: litellm==1.106.2, langfuse==4.18.0
"""

import litellm
import langfuse.decorators as lf  # expect: LLM401@8

litellm.success_callback = ["langfuse"]


@lf.observe()
def answer() -> None:
    response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "What is in a name?"}])
    print(response.choices[0].message.content)


answer()
lf.langfuse_context.flush()
