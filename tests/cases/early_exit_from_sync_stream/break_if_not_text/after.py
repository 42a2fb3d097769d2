"""An empty delta taken for the end of a sync stream.

before: lost
after: delivered
"""

import sys

import litellm
from litellm import completion

litellm.success_callback = ["langfuse"]


def chat(prompt: str) -> None:
    for part in completion(model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True):
        content = part["choices"][0]["delta"].get("content")
        if content:
            sys.stdout.write(content)
        else:
            continue
    sys.stdout.write("\n")


chat("Good morning!")
