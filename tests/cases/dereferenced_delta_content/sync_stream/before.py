"""The same in a sync stream.

before: crashed
after: delivered
"""

import litellm

litellm.success_callback = ["langfuse"]


def shout(prompt: str) -> str:
    loud = ""
    response = litellm.completion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    for part in response:
        loud += part.choices[0].delta.content.upper()  # expect: LLM203
    return loud


if __name__ == "__main__":
    print(shout("Louder!"))
