"""A REPL leaves its own `while` loop, after the stream of the last answer has been read.

before: delivered
"""

import litellm
from litellm import completion

litellm.success_callback = ["langfuse"]

history: list[dict[str, str]] = []
inputs = iter(["Hello!", "quit"])

while True:
    line = next(inputs)
    if line == "quit":
        break
    history.append({"role": "user", "content": line})
    answer = "".join(
        chunk.choices[0].delta.content or "" for chunk in completion(model="gpt-4o-mini", messages=history, stream=True)
    )
    history.append({"role": "assistant", "content": answer})

print(len(history))
