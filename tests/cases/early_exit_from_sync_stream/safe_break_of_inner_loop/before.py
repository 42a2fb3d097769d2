"""The inner loop over a chunk's words is left, the stream is not.

before: delivered
"""

import litellm

litellm.success_callback = ["langfuse"]

STOP_WORDS = {"the", "a", "of"}


def count_chunks_with_stop_words(prompt: str) -> int:
    count = 0
    response = litellm.completion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    for chunk in response:
        for word in (chunk.choices[0].delta.content or "").split():
            if word in STOP_WORDS:
                count += 1
                break
    return count


print(count_chunks_with_stop_words("The history of the spoon"))
