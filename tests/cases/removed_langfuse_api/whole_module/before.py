"""`import langfuse.decorators` binds `langfuse`, and every use spells the module out.

before: fails at once
after: delivered
target: litellm==1.106.2, langfuse==4.18.0
"""

import langfuse.decorators  # expect: LLM401
import litellm

litellm.success_callback = ["langfuse"]


@langfuse.decorators.observe()
def answer() -> None:
    response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "In full, please."}])
    print(response.choices[0].message.content)


try:
    answer()
finally:
    langfuse.decorators.langfuse_context.flush()
