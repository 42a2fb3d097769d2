"""A score of the current observation; that of the outermost one was one of the trace: the fix has to be asked for.

before: fails at once
after: delivered
fix: unsafe
target: litellm==1.106.2, langfuse==4.18.0
"""

import litellm
from langfuse import get_client, observe

litellm.success_callback = ["langfuse"]


@observe()
def greet(name: str) -> None:
    messages = [{"role": "user", "content": f"Say hello to {name}."}]
    response = litellm.completion(model="gpt-4o-mini", messages=messages)
    print(response.choices[0].message.content)
    get_client().score_current_span(name="polite", value=1)


greet("Ada")
get_client().flush()
