"""A `completion` of the program's own that yields words, next to the real one.

before: delivered
"""

from collections.abc import Iterator

import litellm

litellm.success_callback = ["langfuse"]


def completion(prefix: str, stream: bool) -> Iterator[str]:
    """Complete a command line."""
    return (word for word in ("status", "stash", "switch") if word.startswith(prefix) and stream)


for chunk in completion("sta", stream=True):
    print(chunk)
    break
answer = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "What is a stash?"}])
print(answer.choices[0].message.content)
