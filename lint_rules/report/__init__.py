"""How findings are shown: one output format, one module, found by its name.

A format module has `write(reports, stream)`: it takes the reports of a run as they come and writes them to a text
stream.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from typing import TextIO

from lint_rules.finding import FileReport, Status

Writer = Callable[[Iterable[FileReport], TextIO], None]


def formats() -> tuple[str, ...]:
    """Return the names of all formats."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def writer(name: str) -> Writer:
    """Return the writer of the format called `name`."""
    write: Writer = importlib.import_module(f"{__name__}.{name}").write
    return write


def problem_line(report: FileReport) -> str:
    """Return what went wrong with a file as one line: `path:line:column: error: why`."""
    problem = report.problem
    assert problem is not None
    position = "" if problem.line is None else f":{problem.line}"
    position += "" if problem.line is None or problem.column is None else f":{problem.column + 1}"
    kind = "skipped" if report.status is Status.SKIPPED else "error"
    return f"{printable(problem.path or report.path)}{position}: {kind}: {problem.message}"


def printable(path: str) -> str:
    """Return a path without control characters, so that a hostile file name cannot drive a terminal or forge a line."""
    return "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in path)
