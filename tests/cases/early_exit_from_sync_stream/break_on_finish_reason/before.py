"""The sync twin: `break` on `finish_reason` comes before the step in which LiteLLM logs.

before: lost
after: delivered
"""

import litellm

litellm.success_callback = ["langfuse"]


def fortune() -> str:
    response = litellm.completion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "A fortune cookie"}], stream=True
    )
    text = ""
    for chunk in response:
        text += chunk.choices[0].delta.content or ""
        if chunk.choices[0].finish_reason == "stop":
            break  # expect: LLM102@13
    return text


if __name__ == "__main__":
    print(fortune())
