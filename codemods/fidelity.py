"""What LibCST does not print back: a form feed in front of code, and some of the blank lines that end a file.

The user's lines are kept aside and put back.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from codemods.site import Refused
from lint_rules.semantics.syntax import parse

_FORM_FEED = b"\f"
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_FED = re.compile(rb"[ \t]*\f[ \t\f]*(?=[^ \t\f\r\n])")
"""What stands in front of code if a form feed is part of it: the code's column counts from the last one."""
_STRINGS = (ast.Constant, ast.JoinedStr, getattr(ast, "TemplateStr", ast.JoinedStr))


def split_tail(data: bytes) -> tuple[bytes, bytes]:
    """Split off the blank lines that end a file: LibCST drops some of them if the last is not quite empty."""
    code = data.rstrip(b" \t\f\r\n")
    if code.endswith(b"\\"):
        return data, b""
    end = data.find(b"\n", len(code)) + 1 or len(code)
    return data[:end], data[end:]


def without_form_feeds(data: bytes) -> bytes:
    """Take the form feeds in front of code out, which LibCST would lose, or not even read."""
    if _FORM_FEED not in data:
        return data
    kept = frozenset(_lines_of_strings(parse(data)))
    lines = _LINE.findall(data)
    return b"".join(line if number in kept else line[len(_head(line)) :] for number, line in enumerate(lines, 1))


def _head(line: bytes) -> bytes:
    """Return what of a line goes with its form feeds: all up to the last of those in front of its code."""
    found = _FED.match(line)
    return line[: found[0].rindex(_FORM_FEED) + 1] if found else b""


def _lines_of_strings(tree: ast.Module) -> Iterator[int]:
    """Yield the lines that begin within a string: a form feed is part of it there."""
    for node in ast.walk(tree):
        if isinstance(node, _STRINGS) and node.end_lineno != node.lineno:
            yield from range(node.lineno + 1, (node.end_lineno or 0) + 1)


def lost_lines(data: bytes, code: bytes, printed: bytes) -> dict[int, bytes]:
    """Return the lines of `data` (counted from 0) that LibCST, given `code`, unasked prints otherwise.

    Only form feeds are known to get lost; a file that changes in any other way is refused.
    """
    theirs, ours = _LINE.findall(data), _LINE.findall(printed)
    if code.replace(_FORM_FEED, b"") != printed.replace(_FORM_FEED, b"") or len(theirs) != len(ours):
        raise Refused("LibCST cannot print this file back byte for byte")
    return {number: line for number, line in enumerate(theirs) if line != ours[number]}


def lost_columns(lost: dict[int, bytes], printed: bytes) -> dict[int, int]:
    """Return, for each line (counted from 1), how many columns further left its code stands in LibCST's eyes."""
    ours = _LINE.findall(printed)
    return {number + 1: len(line) - len(ours[number]) for number, line in lost.items()}


def put_back(rewritten: bytes, *, lost: dict[int, bytes], printed: bytes) -> bytes:
    """Give the user's `lost` lines back to `rewritten`, a rewrite of the file that LibCST prints as `printed`.

    A line that has moved to the right, or has become others, keeps its form feeds in front of what it is now.
    """
    if not lost:
        return rewritten
    old, new = _LINE.findall(printed), _LINE.findall(rewritten)
    now_at = _places(old, new)
    for number, line in lost.items():
        at = now_at.get(number)
        if at is None or (new[at] != old[number] and not _head(line)):
            raise Refused("a form feed stands in front of a line that the fix rewrites")
        new[at] = line if new[at] == old[number] else _head(line) + new[at]
    return b"".join(new)


def _places(old: list[bytes], new: list[bytes]) -> dict[int, int]:
    """Return where lines are now, however far they are indented; several that became others are where those begin."""
    places: dict[int, int] = {}
    ours, theirs = ([line.strip() for line in lines] for lines in (old, new))
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    for tag, start, end, begin, stop in matcher.get_opcodes():
        if tag == "equal":
            places |= {number: begin + number - start for number in range(start, end)}
        elif tag == "replace":
            places |= {number: min(begin + number - start, stop - 1) for number in range(start, end)}
    return places
