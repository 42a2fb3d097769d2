"""A synchronous stream, stepped with `next`.

before: lost
"""

import litellm

litellm.success_callback = ["langfuse"]


def probe(prompt: str) -> str:
    messages = [{"role": "user", "content": prompt}]
    response = litellm.completion(model="gpt-4o-mini", messages=messages, stream=True)  # expect: LLM104
    return next(response).id


if __name__ == "__main__":
    print(probe("Anybody at home?"))
