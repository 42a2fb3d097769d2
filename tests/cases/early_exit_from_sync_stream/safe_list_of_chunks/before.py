"""`list()` exhausts the stream; the loop that is left runs over the list.

before: delivered
"""

import litellm

litellm.success_callback = ["langfuse"]

chunks = list(
    litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Replay this."}], stream=True)
)
for chunk in chunks:
    if chunk.choices[0].finish_reason:
        break
    print(chunk.choices[0].delta.content or "", end="")
