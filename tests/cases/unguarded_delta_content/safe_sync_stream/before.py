"""A sync stream with a walrus and a `continue`.

before: delivered
"""

import litellm

litellm.success_callback = ["langfuse"]


def abbreviate(phrase: str) -> str:
    letters = ""
    for chunk in litellm.completion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Abbreviate {phrase}"}], stream=True
    ):
        if not (text := chunk.choices[0].delta.content):
            continue
        letters += text
    return letters


print(abbreviate("as soon as possible"))
