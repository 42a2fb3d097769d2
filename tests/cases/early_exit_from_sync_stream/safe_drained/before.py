"""Left at a limit, then read to its end: the trace is complete.

before: delivered
"""

import litellm

litellm.success_callback = ["langfuse"]


def glimpse(prompt: str) -> str:
    response = litellm.completion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    text = ""
    for chunk in response:
        text += chunk.choices[0].delta.content or ""
        if len(text) > 2:
            break
    for _ in response:
        pass
    return text


print(glimpse("Describe a sunrise."))
