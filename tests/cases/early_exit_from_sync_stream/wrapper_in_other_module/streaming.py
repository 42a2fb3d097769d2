from collections.abc import Iterator

import litellm


def tokens(prompt: str) -> Iterator[str]:
    response = litellm.completion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    for chunk in response:
        yield chunk.choices[0].delta.content or ""
