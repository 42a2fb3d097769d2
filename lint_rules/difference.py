"""What to replace in one text so that it becomes another: few and small stretches, and exactly that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import accumulate

from lint_rules.finding import Replacement
from lint_rules.lines import Text

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True)
class _Stretch:
    """From where to where in the old text, and in the new one."""

    begin: int
    end: int
    new_begin: int
    new_end: int


def difference(old: str, new: str) -> tuple[Replacement, ...]:
    """Return the replacements that turn `old` into `new`, in order; none touches or overlaps the next."""
    text = Text(old)
    stretches = [_without_end(old, new, _without_begin(old, new, one)) for one in _changed_lines(old, new)]
    return tuple(Replacement(text.span(one.begin, one.end), new[one.new_begin : one.new_end]) for one in stretches)


def _changed_lines(old: str, new: str) -> Iterator[_Stretch]:
    """Yield the stretches of whole lines that differ."""
    before, after = _LINE.findall(old), _LINE.findall(new)
    at, new_at = [0, *accumulate(map(len, before))], [0, *accumulate(map(len, after))]
    for kind, i, j, k, m in SequenceMatcher(None, before, after).get_opcodes():
        if kind != "equal":
            yield _Stretch(at[i], at[j], new_at[k], new_at[m])


def _without_begin(old: str, new: str, stretch: _Stretch) -> _Stretch:
    """Leave out what a stretch begins with in both texts, word by word."""
    same, room = 0, min(stretch.end - stretch.begin, stretch.new_end - stretch.new_begin)
    while same < room and old[stretch.begin + same] == new[stretch.new_begin + same]:
        same += 1
    while same and (_splits(old, stretch.begin + same) or _splits(new, stretch.new_begin + same)):
        same -= 1
    return replace(stretch, begin=stretch.begin + same, new_begin=stretch.new_begin + same)


def _without_end(old: str, new: str, stretch: _Stretch) -> _Stretch:
    same, room = 0, min(stretch.end - stretch.begin, stretch.new_end - stretch.new_begin)
    while same < room and old[stretch.end - same - 1] == new[stretch.new_end - same - 1]:
        same += 1
    while same and (_splits(old, stretch.end - same) or _splits(new, stretch.new_end - same)):
        same -= 1
    return replace(stretch, end=stretch.end - same, new_end=stretch.new_end - same)


def _splits(text: str, offset: int) -> bool:
    """Tell whether a cut at `offset` goes through a word, or between the two halves of a line's end."""
    if not 0 < offset < len(text):
        return False
    before, after = text[offset - 1], text[offset]
    return (_is_of_a_word(before) and _is_of_a_word(after)) or (before, after) == ("\r", "\n")


def _is_of_a_word(character: str) -> bool:
    return character.isalnum() or character == "_"
