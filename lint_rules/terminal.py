"""What standard input and output are when bytes matter: source comes in and goes out as it is."""

from __future__ import annotations

import sys


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
