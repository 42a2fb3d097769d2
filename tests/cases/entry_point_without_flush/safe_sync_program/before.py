"""A sync program needs nothing: LiteLLM logs from a thread that Python waits for.

before: delivered
"""

import litellm

litellm.success_callback = ["langfuse"]


def main() -> None:
    response = litellm.completion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "No rush?"}]
    )
    print(response.choices[0].message.content)


if __name__ == "__main__":
    main()
