"""The files that a run can be written to, beside the table on the terminal."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from lint_rules import temporary

from .html import page
from .junit import junit
from .loopback import ShimError
from .verdict import RunReport


def as_json(report: RunReport) -> str:
    """Return the report as JSON: `docs/shim-report.md` says what stands in it."""
    return json.dumps(report.to_json(), indent=2) + "\n"


FORMATS: Mapping[str, Callable[[RunReport], str]] = {"json": as_json, "html": page, "junit": junit}
"""What writes the file of each option."""


def require_writable(paths: Iterable[Path]) -> None:
    """Raise `ShimError` for a path that cannot be written, before a program is run for it in vain."""
    for path in paths:
        if reason := _obstacle(path):
            raise ShimError(f"cannot write {path}: {os.strerror(reason)}")


def _obstacle(path: Path) -> int | None:
    """Return the error number that writing would end with, as far as can be told without touching the file."""
    try:
        if path.is_dir():
            return errno.EISDIR
        folder = path.parent
        if not folder.is_dir():
            return errno.ENOTDIR if folder.exists() else errno.ENOENT
        return None if os.access(path if path.exists() else folder, os.W_OK) else errno.EACCES
    except OSError as error:
        return error.errno


def write(report: RunReport, wanted: Mapping[str, Path]) -> list[str]:
    """Write the report to the file of each format; return a line for each that could not be written."""
    failures = (_write(path, FORMATS[name](report)) for name, path in wanted.items())
    return [failure for failure in failures if failure]


def _write(path: Path, text: str) -> str | None:
    try:
        temporary.put(path, text.encode())
    except OSError as error:
        return f"cannot write {path}: {error.strerror}"
    return None
