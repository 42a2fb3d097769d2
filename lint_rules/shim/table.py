"""Plain-text tables of runs: aligned, at most 100 columns, no dependencies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .verdict import Call, RunReport

WIDTH = 100
_GAP = "  "
_PROGRAM = 12
"""Characters of the program's name to keep as long as other columns fit: its end, mostly."""
_PATHS = ("program", "call site", "left at")
"""Columns to cut first, from the left: the end of a path and its line say most."""
_PATH = 16
"""Characters of a path to keep as long as other columns can give way."""


class Comparison(NamedTuple):
    """One program, run before and after something was done to it."""

    program: str
    before: RunReport
    after: RunReport


def table(report: RunReport, program: str | None = None) -> str:
    """Return the table of one run: a row per call, or one row saying that there was none."""
    name = program or " ".join(report.command)
    rows = [(name, _site(call), _verdict(call), *_cause(call), report.outcome) for call in report.calls]
    header = ("program", "call site", "verdict", "cause", "left at", "exit")
    return _aligned(*_used(header, rows or [(name, "-", "no calls", "", "", report.outcome)]))


def calls_table(calls: Sequence[Call]) -> str:
    """Return the table of some calls, whatever made them."""
    rows = [(_site(call), _verdict(call), *_cause(call)) for call in calls]
    return _aligned(*_used(("call site", "verdict", "cause", "left at"), rows))


def _used(header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Leave out the columns in which nothing stands."""
    used = [column for column in range(len(header)) if any(row[column] for row in rows)]
    return tuple(header[column] for column in used), [tuple(row[column] for column in used) for row in rows]


def comparison(rows: Sequence[Comparison]) -> str:
    """Return the before/after table of several programs: a row per program."""
    return _aligned(("program", "call site", "before", "after", "exit"), [_compared(row) for row in rows])


def _compared(row: Comparison) -> tuple[str, ...]:
    exits = f"{_exit(row.before)} -> {_exit(row.after)}"
    return row.program, _sites(row.before), summary(row.before), summary(row.after), exits


def summary(report: RunReport) -> str:
    """Return a run in a word or two: what became of its calls, and how it ended if that was not well."""
    calls = report.call_verdict or "no calls"
    if report.verdict in ("crashed", "hung"):
        return f"{calls}, {report.verdict}"
    return calls


def _site(call: Call) -> str:
    return (call.site or "?") + (" (stream)" if call.stream else "")


def _verdict(call: Call) -> str:
    if call.verdict == "delivered" or call.cause not in (None, "unknown"):
        return call.verdict
    return f"{call.verdict}: {call.detail}"


def _cause(call: Call) -> tuple[str, str]:
    """Say why and which rule finds it, and where the stream was left."""
    if call.cause is None:
        return "", ""
    return call.cause + (f" ({call.rule})" if call.rule else ""), call.left_at or ""


def _exit(report: RunReport) -> str:
    return report.outcome.removeprefix("exit ")


def _sites(report: RunReport) -> str:
    sites = list(dict.fromkeys(call.site or "?" for call in report.calls))
    return sites[0] + (f" +{len(sites) - 1}" if len(sites) > 1 else "") if sites else "-"


def _aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = _fitted(header, [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))])
    ruler = tuple("-" * width for width in widths)
    return "\n".join(_line(row, widths) for row in (header, ruler, *rows))


def _fitted(header: Sequence[str], widths: Sequence[int]) -> list[int]:
    """Narrow the program's column, then the other paths, then the widest, until the line fits."""
    fitted = list(widths)
    paths = [column for column, name in enumerate(header) if name in _PATHS[1:]]
    while sum(fitted) + len(_GAP) * (len(fitted) - 1) > WIDTH:
        widest = max((column for column in paths if fitted[column] > _PATH), key=fitted.__getitem__, default=None)
        if fitted[0] > _PROGRAM:
            widest = 0
        fitted[fitted.index(max(fitted)) if widest is None else widest] -= 1
    return fitted


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(_cut(cell, width).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cut(cell: str, width: int) -> str:
    """Shorten from the left: the end of a path and the line number say most."""
    return cell if len(cell) <= width else "..." + cell[len(cell) - width + 3 :]
