"""What is checked in one go: files of one project, which share what is known about its modules, up to a number.

How a run is cut depends on its files alone, not on who checks them: one process or many come to the same results.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from lint_rules import watch
from lint_rules.files import Found

SMALLEST, LARGEST = 128, 4096
"""Files: below, several small projects go together; above, a large one is cut."""
_PARTS = 2
_MARKS_OF_PACKAGES = ("pyproject.toml", "setup.cfg", ".git")
_MARKS = (*_MARKS_OF_PACKAGES, "setup.py")

Chunk = tuple[Found, ...]


def chunks(found: Sequence[Found]) -> Iterator[Chunk]:
    """Cut what discovery found, in its order."""
    largest, roots, start, root = largest_of(len(found)), _Roots(), 0, ""
    for at, one in enumerate(found):
        here = root if one.problem is not None else roots.of(os.path.dirname(one.path))  # noqa: PTH120 - asked of every file of a run
        size = at - start
        if size >= largest or (size >= SMALLEST and here != root):
            yield tuple(found[start:at])
            start = at
        root = here
    if start < len(found):
        yield tuple(found[start:])


def largest_of(total: int) -> int:
    """Return how large a chunk may be: small enough for several processes to end together, in few steps, so that one
    file more rarely changes how a run is cut."""
    size = SMALLEST
    while size < LARGEST and size * _PARTS < total:
        size *= 2
    return size


class _Roots:
    """Tells projects apart: the nearest marked folder, else the one that holds the outermost package."""

    def __init__(self) -> None:
        self._marked: dict[str, str | None] = {}
        self._known: dict[str, str] = {}
        self._packages: dict[str, str] = {}

    def of(self, folder: str) -> str:
        if folder not in self._known:
            whole = os.path.abspath(folder)  # noqa: PTH100
            marked = self._nearest(whole)
            self._known[folder] = marked if marked is not None else self._outermost(whole) or whole
        return self._known[folder]

    def _nearest(self, folder: str) -> str | None:
        if folder not in self._marked:
            above = os.path.dirname(folder)  # noqa: PTH120
            if any(watch.lexists(f"{folder}/{mark}") for mark in self._marks(folder)):
                self._marked[folder] = folder
            else:
                self._marked[folder] = self._nearest(above) if above != folder else None
        return self._marked[folder]

    def _marks(self, folder: str) -> Iterable[str]:
        """Return what marks a folder; a package may have a module of its own that is called `setup`."""
        return _MARKS if not watch.is_file(f"{folder}/__init__.py") else _MARKS_OF_PACKAGES

    def _outermost(self, folder: str) -> str:
        """Return what holds the outermost package, whatever folders between are none: all of it is one project."""
        if folder not in self._packages:
            above = os.path.dirname(folder)  # noqa: PTH120
            outer = self._outermost(above) if above != folder else ""
            self._packages[folder] = outer or (above if watch.is_file(f"{folder}/__init__.py") else "")
        return self._packages[folder]
