"""The same in a sync stream.

before: shows None
after: delivered
"""

import litellm

litellm.success_callback = ["langfuse"]


def show(prompt: str) -> None:
    for part in litellm.completion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    ):
        print(part.choices[0].delta.content or "", end="")


if __name__ == "__main__":
    show("Say it on the screen.")
