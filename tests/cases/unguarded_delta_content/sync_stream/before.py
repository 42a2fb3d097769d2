"""The same in a sync stream.

before: crashed
after: delivered
"""

import litellm

litellm.success_callback = ["langfuse"]


def define(word: str) -> str:
    definition = word + ": "
    for chunk in litellm.completion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Define {word}"}], stream=True
    ):
        definition += chunk.choices[0].delta.content  # expect: LLM201
    return definition


if __name__ == "__main__":
    print(define("serendipity"))
