"""What the function sets as `output` stands, for its return value is not captured.

before: fails at once
after: delivered
target: litellm==1.106.2, langfuse==4.18.0
"""

import litellm
from langfuse import get_client, observe

litellm.success_callback = ["langfuse"]


@observe(name="count", capture_output=False)
def count(text: str) -> int:
    words = len(text.split())
    get_client().update_current_span(
        output={"words": words},  # not the text itself
    )
    return words


response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Count with me."}])
print(count(response.choices[0].message.content))
