from typing import Any


def text_of(chunk: Any) -> str:
    content = chunk.choices[0].delta.content
    return content if isinstance(content, str) else ""
