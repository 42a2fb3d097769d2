"""GitHub workflow commands: what was found, and what could not be checked, becomes annotations on the pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TextIO

from lint_rules.finding import FileReport, Finding, Problem, Status
from lint_rules.report import PLAIN, Style, each_problem_once
from lint_rules.visible import encodable, spelled

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""What a workflow command has no way to spell, and would drive the log it stands in: controls, also of direction, line
ends of other kinds, and what has no width."""


def write(reports: Iterable[FileReport], stream: TextIO, style: Style = PLAIN) -> None:
    """Write one command per finding, and one per file that could not be checked."""
    for report in each_problem_once(reports):
        stream.writelines(line + "\n" for line in _commands(report))


def _commands(report: FileReport) -> Iterator[str]:
    yield from (command(report.path, finding) for finding in report.findings)
    if report.problem is not None:
        level = "warning" if report.status is Status.SKIPPED else "error"
        yield _command(level, _problem_position(report.path, report.problem), report.problem.message)


def command(path: str, finding: Finding) -> str:
    """Return the annotation of one finding. GitHub takes columns only for a single line."""
    span = finding.span
    position = {"file": path, "line": span.line, "endLine": span.end_line}
    if span.line == span.end_line:
        position |= {"col": span.column + 1, "endColumn": span.end_column + 1}
    return _command("error", {**position, "title": finding.code}, finding.message)


def _problem_position(path: str, problem: Problem) -> Mapping[str, object]:
    position: dict[str, object] = {"file": problem.path or path}
    if problem.line is not None:
        position["line"] = problem.line
    if problem.line is not None and problem.column is not None:
        position["col"] = problem.column + 1
    return {**position, "title": "flake8-litellm"}


def _command(level: str, position: Mapping[str, object], message: str) -> str:
    properties = ",".join(f"{name}={_escape_property(str(value))}" for name, value in position.items())
    return f"::{level} {properties}::{_escape(message)}"


def _escape(text: str) -> str:
    text = _UNFIT.sub(lambda found: spelled(found[0]), encodable(text))
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
