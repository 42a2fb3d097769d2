"""The texts of a project's modules that are at hand: as many as fit into a bound, the ones asked for last.

A text that has gone is read again. One that was given, because it need not be on disk, stays until the next is given.
"""

from __future__ import annotations

MAX_BYTES = 16_000_000
"""Of all texts together; how many files there are says nothing about their size."""


class Texts:
    """Bytes by path, as a table; None for a file that cannot be had."""

    def __init__(self, most: int = MAX_BYTES) -> None:
        self._kept: dict[str, bytes | None] = {}
        self._given: tuple[str, bytes | None] = ("", None)
        self._size, self._most = 0, most

    def __contains__(self, path: str) -> bool:
        return path == self._given[0] or path in self._kept

    def __getitem__(self, path: str) -> bytes | None:
        if path == self._given[0]:
            return self._given[1]
        text = self._kept[path] = self._kept.pop(path)  # the youngest now
        return text

    def __setitem__(self, path: str, text: bytes | None) -> None:
        self._forget(path)
        self._kept[path] = text
        self._size += len(text or b"")
        while self._size > self._most and len(self._kept) > 1:
            self._forget(next(iter(self._kept)))

    def setdefault(self, path: str, text: bytes | None) -> bytes | None:
        """Take a text that is given; one that was read before counts."""
        if path not in self:
            self._given = path, text
        return self[path]

    def _forget(self, path: str) -> None:
        self._size -= len(self._kept.pop(path, None) or b"")
