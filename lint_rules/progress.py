"""How far a long run is: one line on stderr, if that is a terminal, which is gone before anything else is printed."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from lint_rules.finding import FileReport, Status
from lint_rules.report import counted

PATIENCE = 0.5
"""Seconds before there is anything to see: a short run shows nothing."""
INTERVAL = 0.1
"""Seconds between two updates."""


def shown(
    reports: Iterable[FileReport], total: int, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
) -> Iterator[FileReport]:
    """Pass the reports of `total` files on, and show on `stream` (stderr) how many there were.

    Whoever takes a report may print it: the line is wiped out first.
    """
    stream = stream or sys.stderr
    return _Line(stream, total, clock).over(reports) if is_terminal(stream) else iter(reports)


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a line on `stream` can be written over."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


class _Line:
    def __init__(self, stream: TextIO, total: int, clock: Callable[[], float]) -> None:
        self._stream, self._total, self._clock = stream, total, clock
        self._next = clock() + PATIENCE
        self._length = 0
        self._checked = self._findings = 0

    def over(self, reports: Iterable[FileReport]) -> Iterator[FileReport]:
        try:
            for report in reports:
                self._count(report)
                if report.status is Status.CLEAN:
                    self._update()
                else:
                    self._wipe()
                yield report
        finally:
            self._wipe()

    def _count(self, report: FileReport) -> None:
        self._checked += 1
        self._findings += len(report.findings) + len(report.fixed)

    def _update(self) -> None:
        now = self._clock()
        if now >= self._next:
            self._next = now + INTERVAL
            self._show()

    def _show(self) -> None:
        text = f"checked {self._checked:,} of {counted(self._total, 'file')}, {counted(self._findings, 'finding')}"
        text = text[: shutil.get_terminal_size().columns - 1]
        self._stream.write("\r" + text.ljust(self._length))
        self._stream.flush()
        self._length = len(text)

    def _wipe(self) -> None:
        if self._length:
            self._stream.write("\r" + " " * self._length + "\r")
            self._stream.flush()
            self._length = 0
