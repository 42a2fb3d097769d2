"""What the function sets as `output` stands, for its return value is not captured.

before: fails at once
after: delivered
target: litellm==1.106.2, langfuse==4.18.0
"""

import litellm
from langfuse.decorators import langfuse_context, observe  # expect: LLM401

litellm.success_callback = ["langfuse"]


@observe(name="count", capture_output=False)
def count(text: str) -> int:
    words = len(text.split())
    langfuse_context.update_current_observation(
        output={"words": words},  # not the text itself
    )
    return words


response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Count with me."}])
print(count(response.choices[0].message.content))
