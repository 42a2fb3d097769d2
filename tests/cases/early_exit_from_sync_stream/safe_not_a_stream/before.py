"""A plain answer is no stream: leaving the loop over its choices is fine.

before: delivered
"""

import litellm

litellm.success_callback = ["langfuse"]


def best(prompt: str) -> str | None:
    response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}])
    for choice in response.choices:
        if choice.finish_reason == "stop":
            return choice.message.content
    return None


print(best("Yes or no?"))
