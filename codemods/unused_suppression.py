"""LLM001: codes that suppress nothing go out of their comment. An edit of text, on which no LibCST is spent."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TypeVar

from codemods.site import Refused
from lint_rules.files import decode, encode
from lint_rules.finding import RewriteComment, Span
from lint_rules.suppression import rewrite_comments

Plain = TypeVar("Plain")


def rewrite_comments_of(data: bytes, edits: Iterable[RewriteComment]) -> tuple[bytes, tuple[int, ...]]:
    """Return a file with other comments, and the numbers of the lines that have gone."""
    text = decode(data)
    if encode(text, like=data) != data:
        raise Refused("the encoding of this file cannot be written back byte for byte")
    rewritten, gone = rewrite_comments(text, edits)
    return encode(rewritten, like=data), gone


def moved(plain: Plain, gone: Sequence[int]) -> Plain:
    """Return an edit, or what else is plain data with spans in it, for the file without the lines that have gone."""
    return _moved(plain, gone)  # type: ignore[return-value]


def _moved(plain: object, gone: Sequence[int]) -> object:
    if isinstance(plain, Span):
        line, end_line = (at - bisect_left(gone, at) for at in (plain.line, plain.end_line))
        return replace(plain, line=line, end_line=end_line)
    if isinstance(plain, tuple):
        return tuple(_moved(one, gone) for one in plain)
    if is_dataclass(plain) and not isinstance(plain, (type, Enum)):
        return replace(plain, **{field.name: _moved(getattr(plain, field.name), gone) for field in fields(plain)})
    return plain
