"""`list` reads a synchronous stream to its end.

before: delivered
"""

import litellm

litellm.success_callback = ["langfuse"]

if __name__ == "__main__":
    response = litellm.completion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "All at once"}], stream=True
    )
    chunks = list(response)
    print(len(chunks))
