"""The generator of the other module reads the rest when it is closed.

before: delivered
"""

import litellm

from streaming import tokens

litellm.success_callback = ["langfuse"]


def headline(subject: str) -> str:
    text = ""
    for token in tokens(f"A headline about {subject}"):
        text += token
        if len(text) > 20:
            break
    return text


if __name__ == "__main__":
    print(headline("bees"))
