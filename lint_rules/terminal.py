"""What standard input and output are when bytes matter: source comes in and goes out as it is."""

from __future__ import annotations

import sys

from lint_rules.patch import as_shown
from lint_rules.report import style_for


def write_patch(text: str) -> None:
    """Write a patch to stdout: to a terminal as one can look at it, else byte for byte."""
    write_exactly(as_shown(text, style_for(sys.stdout)) if sys.stdout.isatty() else text)


def write_exactly(text: str) -> None:
    """Write `text` to stdout with the bytes it was decoded from, also those of a file that is not UTF-8."""
    write_bytes(text.encode("utf-8", "surrogateescape"))


def write_bytes(data: bytes) -> None:
    """Write bytes to stdout, after what was printed before."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)


def read_bytes() -> bytes:
    """Return all of stdin."""
    return sys.stdin.buffer.read()
