"""A sync stream read to its end, straight from the loop's header.

before: delivered
"""

import litellm

litellm.success_callback = ["langfuse"]


def main() -> None:
    messages = [{"role": "user", "content": "Sing me a song."}]
    for chunk in litellm.completion(model="gpt-4o-mini", messages=messages, stream=True):
        text = chunk.choices[0].delta.content
        if not text:
            continue
        print(text, end="")
    print()


main()
