"""A module's text by lines and columns, as Python counts them: a line ends with CR, LF or both, and nothing else."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from lint_rules.finding import Span

_NEWLINE = re.compile("\r\n|\r|\n")


class Text:
    """Text whose places are asked for by number (offset) and by line and column."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def starts(self) -> list[int]:
        """The offset at which each line starts."""
        return [0, *(found.end() for found in _NEWLINE.finditer(self.text))]

    @property
    def lines(self) -> list[str]:
        """The lines without their ends."""
        return _NEWLINE.split(self.text)

    def line(self, number: int) -> str:
        """Return a line (from 1) without its end; nothing for a line that is not there."""
        if number > len(self.starts):
            return ""
        start = self.starts[number - 1]
        end = _NEWLINE.search(self.text, start)
        return self.text[start : end.start() if end else len(self.text)]

    def at(self, span: Span) -> str:
        """Return what stands at `span`."""
        return self.text[self.offset(span.line, span.column) : self.offset(span.end_line, span.end_column)]

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a place."""
        return self.starts[line - 1] + column if line <= len(self.starts) else len(self.text)

    def span(self, begin: int, end: int) -> Span:
        """Return the places of a stretch of offsets."""
        return Span(*self._place(begin), *self._place(end))

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1]
