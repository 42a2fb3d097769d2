"""How findings are shown: one output format, one module, found by its name.

A format module has `write(reports, stream, style)`: it takes the reports of a run as they come and writes them to a
text stream. One whose readers want fixes as text says so with `WANTS_REPLACEMENTS = True`.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Protocol, TextIO

from lint_rules.finding import FileReport, Status
from lint_rules.visible import printable

PROJECT = "https://github.com/flake8-litellm/flake8-litellm"

_ASKED_FOR_OTHERWISE = frozenset({"statistics", "trace"})
"""What an option of its own asks for (`--statistics`, `--explain-trace`)."""


@dataclass(frozen=True)
class Style:
    """What the reader's end can show: colours or none, and how many columns, where that is known."""

    color: bool = False
    width: int | None = None

    def paint(self, text: str, codes: str) -> str:
        """Return `text` in a colour (`1;31`), if colours are shown."""
        return f"\x1b[{codes}m{text}\x1b[0m" if self.color else text


PLAIN = Style()
"""Of a file, of a pipe."""

COLORS = ("auto", "always", "never")
"""When to use colours."""


class Writer(Protocol):
    """What a format module is asked for."""

    def __call__(self, reports: Iterable[FileReport], stream: TextIO, style: Style = PLAIN) -> None:
        """Write the reports of a run."""


def formats() -> tuple[str, ...]:
    """Return the names of all formats, as they are asked for."""
    modules = {module.name for module in pkgutil.iter_modules(__path__)} - _ASKED_FOR_OTHERWISE
    return tuple(sorted(name.replace("_", "-") for name in modules))


def writer(name: str) -> Writer:
    """Return the writer of the format called `name`."""
    write: Writer = _module(name).write
    return write


def wants_replacements(name: str) -> bool:
    """Tell whether a format shows what fixes come to as text; working that out takes LibCST."""
    return bool(getattr(_module(name), "WANTS_REPLACEMENTS", False))


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{name.replace('-', '_')}")


def style_for(stream: TextIO, color: str = "auto", environ: Mapping[str, str] = os.environ) -> Style:
    """Return the style that suits a stream: its own nature, unless the user says otherwise."""
    terminal = stream.isatty()
    width = shutil.get_terminal_size().columns if terminal else None
    return Style(_is_coloured(terminal, environ) if color == "auto" else color == "always", width)


def _is_coloured(terminal: bool, environ: Mapping[str, str]) -> bool:
    """Decide as most programs do: NO_COLOR, then FORCE_COLOR, then whether a terminal is there that has colours."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    if not terminal or environ.get("TERM") == "dumb":
        return False
    return os.name != "nt" or "WT_SESSION" in environ


def problem_line(report: FileReport) -> str:
    """Return what went wrong with a file as one line: `path:line:column: error: why`."""
    problem = report.problem
    assert problem is not None
    position = "" if problem.line is None else f":{problem.line}"
    position += "" if problem.line is None or problem.column is None else f":{problem.column + 1}"
    kind = "skipped" if report.status is Status.SKIPPED else "error"
    return f"{printable(problem.path or report.path)}{position}: {kind}: {printable(problem.message)}"


def each_problem_once(reports: Iterable[FileReport]) -> Iterator[FileReport]:
    """Pass reports on, but for those that only repeat what is wrong with the settings of several files."""
    told: set[str] = set()
    for report in reports:
        line = "" if report.problem is None else problem_line(report)
        if line not in told or not line:
            yield report
        told.add(line)


def counted(number: int, noun: str) -> str:
    """Return `1 file`, `1,234 files`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
