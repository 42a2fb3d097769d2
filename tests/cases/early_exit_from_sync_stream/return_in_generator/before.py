"""A generator ends itself on `finish_reason`; whoever exhausts the generator does not exhaust the stream in it.

before: lost
after: delivered
"""

from collections.abc import Iterator

import litellm

litellm.success_callback = ["langfuse"]


def words(prompt: str) -> Iterator[str]:
    stream = litellm.completion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    for chunk in stream:
        choice = chunk.choices[0]
        if choice.finish_reason:
            return  # expect: LLM102
        if choice.delta.content:
            yield choice.delta.content


print("".join(words("Ready, steady …")))
