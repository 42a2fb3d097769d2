"""Where a file lies, said the same way whoever asks and from wherever: without `.` and `..`, with slashes."""

from __future__ import annotations

import os
from pathlib import Path


def below(path: str, folder: str = ".") -> str | None:
    """Return the way from `folder` down to a file, with slashes; None if it is not below it."""
    root, full = Path(folder).absolute(), Path(os.path.abspath(path))  # noqa: PTH100 - takes `..` out, follows no links
    return full.relative_to(root).as_posix() if full.is_relative_to(root) else None


def place(path: str) -> str:
    """Return the way to a file from here, or, if it is not below here, from the root."""
    return below(path) or Path(os.path.abspath(path)).as_posix()  # noqa: PTH100


def uri(path: str) -> str:
    """Return the address of a file (`file:///…`); bytes of its name that are not ASCII are percent-encoded."""
    return Path(os.path.abspath(path)).as_uri()  # noqa: PTH100


def reference(relative: str) -> str:
    """Return a path with slashes as a relative address, byte by byte: a name need not be UTF-8."""
    from urllib.parse import quote  # noqa: PLC0415 - for some formats only, and `below` is asked for at start

    return quote(os.fsencode(relative))
