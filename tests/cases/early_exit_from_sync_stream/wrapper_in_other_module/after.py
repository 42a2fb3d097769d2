"""A generator of another module is left early, and the stream inside it with it.

before: lost
after: delivered
fix: unsafe
"""

import litellm

from streaming import tokens

litellm.success_callback = ["langfuse"]


def headline(subject: str) -> str:
    text = ""
    stream = tokens(f"A headline about {subject}")
    for token in stream:
        text += token
        if len(text) > 20:
            # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
            for _ in stream:
                pass
            break
    return text


if __name__ == "__main__":
    print(headline("bees"))
