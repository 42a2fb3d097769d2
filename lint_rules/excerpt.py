"""A line of source as a terminal can show it: where its characters stand, how wide they are, what is cut off.

Source is hostile until proven otherwise: tabs, characters two columns wide or none, control characters and marks that
turn the direction of the text must neither move the caret nor drive the terminal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from lint_rules.finding import Span

TAB = 4
WIDEST = 400
"""Columns that are shown where nobody says how many there are: a line may be a whole file of data."""

_FAR = 10
"""How many widths to the left and to the right of the caret are looked at at all."""

_DOTS = "..."
_JAMO = ("\u1160", "\u11ff")
"""The second and third parts of a Korean syllable, which are drawn into the first."""


@dataclass(frozen=True)
class Excerpt:
    """What is shown of a line, and in which columns of that the underlined part begins and ends (from 0)."""

    text: str
    begin: int
    end: int


def excerpt(line: str, span: Span, width: int | None = None) -> Excerpt:
    """Return what to show of the first line of `span` in `width` columns; of a longer span, all that follows in it."""
    room = width or WIDEST
    far = _FAR * room
    left, right = max(span.column - far, 0), min(span.column + far, len(line))
    end = span.end_column if span.end_line == span.line else len(line.rstrip())
    cells = _cells(line[left:right])
    first = min(span.column - left, len(cells))
    last = max(min(end - left, len(cells)), first)
    widths = [columns for _, columns in cells]
    if (left, right) == (0, len(line)) and sum(widths) <= room:
        return _shown(cells, first, last)
    begin, stop = _window(widths, first, last, max(room - 2 * len(_DOTS), 1))
    before = _DOTS if left + begin else ""
    after = _DOTS if left + stop < len(line) else ""
    shown = _shown(cells[begin:stop], first - begin, min(last, stop) - begin)
    return Excerpt(f"{before}{shown.text}{after}", shown.begin + len(before), shown.end + len(before))


def _shown(cells: Sequence[tuple[str, int]], first: int, last: int) -> Excerpt:
    begin = sum(columns for _, columns in cells[:first])
    end = begin + sum(columns for _, columns in cells[first:last])
    return Excerpt("".join(text for text, _ in cells).rstrip(), begin, max(end, begin + 1))


def _window(widths: Sequence[int], first: int, last: int, room: int) -> tuple[int, int]:
    """Return the stretch of a line around `first` that fits: as much of the span as fits, then both sides alike."""
    begin = end = first
    while end < last and widths[end] <= room:
        room -= widths[end]
        end += 1
    before, after = end == last and begin > 0, end == last and end < len(widths)
    while before or after:
        if before := before and begin > 0 and widths[begin - 1] <= room:
            begin -= 1
            room -= widths[begin]
        if after := after and end < len(widths) and widths[end] <= room:
            room -= widths[end]
            end += 1
    while begin < first and not widths[begin]:
        begin += 1  # an accent whose letter is cut off
    return begin, end


def _cells(line: str) -> list[tuple[str, int]]:
    """Return, for each character, what is shown for it and how many columns that takes."""
    cells: list[tuple[str, int]] = []
    column = 0
    for character in line:
        cell = _cell(character, column)
        cells.append(cell)
        column += cell[1]
    return cells


def _cell(character: str, column: int) -> tuple[str, int]:
    if character == "\t":
        columns = TAB - column % TAB
        return " " * columns, columns
    if character.isascii() and character.isprintable():
        return character, 1
    if not character.isprintable():
        text = character.encode("unicode_escape").decode("ascii")
        return text, len(text)
    if unicodedata.category(character) in ("Mn", "Me") or _JAMO[0] <= character <= _JAMO[1]:
        return character, 0
    return character, 2 if unicodedata.east_asian_width(character) in "WF" else 1
