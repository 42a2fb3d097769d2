"""What belongs to the trace goes into `propagate_attributes` since 4.0.0: around which calls, only its author knows.

before: fails at once
target: litellm==1.106.2, langfuse==4.18.0
"""

import litellm
from langfuse.decorators import langfuse_context, observe  # expect: LLM401

litellm.success_callback = ["langfuse"]


@observe()
def answer(question: str, user: str) -> str:
    langfuse_context.update_current_trace(user_id=user, session_id="s-1", tags=["faq"])
    response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
    return response.choices[0].message.content


print(answer("Whose trace is this?", "me"))
langfuse_context.flush()
