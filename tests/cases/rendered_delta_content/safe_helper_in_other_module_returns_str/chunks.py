from typing import Any


def text_of(chunk: Any) -> str:
    return chunk.choices[0].delta.content or ""
