"""`list` reads what the loop has left of the stream.

before: delivered
"""

import litellm

litellm.success_callback = ["langfuse"]


def count_after_first_text(prompt: str) -> int:
    stream = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True)
    for chunk in stream:
        if chunk.choices[0].delta.content:
            break
    return len(list(stream))


print(count_after_first_text("How many more?"))
