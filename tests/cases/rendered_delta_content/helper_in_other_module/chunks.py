from typing import Any


def text_of(chunk: Any) -> Any:
    return chunk.choices[0].delta.content
