"""The same out of a `for` over a synchronous stream.

before: lost
select: LLM103
"""

import litellm

litellm.success_callback = ["langfuse"]


def number(prompt: str) -> str:
    digits = ""
    response = litellm.completion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    for chunk in response:
        piece = (chunk.choices[0].delta.content or "").strip()
        if piece and not piece.isdigit():
            raise ValueError(f"not a number: {piece!r}")  # expect: LLM103
        digits += piece
    return digits


if __name__ == "__main__":
    try:
        print(number("A number, and nothing else!"))
    except ValueError as error:
        print(error)
