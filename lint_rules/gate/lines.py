"""Lines: which of an older file one of now is, and what stands on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lint_rules.lines import Text


@dataclass(frozen=True)
class Hunk:
    """A stretch of lines that took the place of another; an empty one starts at the line that it comes after."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int

    def reversed(self) -> Hunk:
        """Return the hunk of the way back."""
        return Hunk(self.new_start, self.new_count, self.old_start, self.old_count)


def old_line(line: int, hunks: Iterable[Hunk]) -> int | None:
    """Return the number that a line had before the hunks; None if they touch it."""
    shift = 0
    for hunk in hunks:
        if line < hunk.new_start + (hunk.new_count == 0):
            break
        if line < hunk.new_start + hunk.new_count:
            return None
        shift += hunk.old_count - hunk.new_count
    return line + shift


def source_line(text: str, line: int) -> str:
    """Return a line of a module, counted as Python does, with its white space collapsed; nothing if there is none."""
    return " ".join(Text(text).line(line).split()) if line > 0 else ""
