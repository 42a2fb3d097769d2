"""GitLab's code quality report: a list of what is wrong where, each with a fingerprint that survives moved lines."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from typing import TextIO

from lint_rules.finding import FileReport, Problem
from lint_rules.fingerprint import digest, fingerprints
from lint_rules.places import below, place
from lint_rules.report import PLAIN, Style, each_problem_once
from lint_rules.visible import encodable


def write(reports: Iterable[FileReport], stream: TextIO, style: Style = PLAIN) -> None:
    """Write one list with every finding and every file that could not be checked."""
    entries = [entry for report in each_problem_once(reports) for entry in _entries(report)]
    stream.write(json.dumps(entries, indent=2) + "\n")


def _entries(report: FileReport) -> Iterator[dict[str, object]]:
    for finding, fingerprint in zip(report.findings, fingerprints(report), strict=True):
        yield {
            "description": encodable(f"{finding.code} {finding.message}"),
            "check_name": finding.code,
            "fingerprint": fingerprint,
            "severity": "major",
            "location": _location(report.path, finding.span.line, finding.span.end_line),
        }
    if report.problem is not None:
        yield _unchecked(report.problem.path or report.path, report.problem)


def _unchecked(path: str, problem: Problem) -> dict[str, object]:
    return {
        "description": encodable(f"not checked: {problem.message}"),
        "check_name": "not-checked",
        "fingerprint": digest("not checked", place(path)),
        "severity": "blocker",
        "location": _location(path, problem.line or 1, problem.line or 1),
    }


def _location(path: str, begin: int, end: int) -> dict[str, object]:
    return {"path": _path(path), "lines": {"begin": begin, "end": end}}


def _path(path: str) -> str:
    """Return a path from the root of the project, which is where GitLab looks; without one, from here."""
    root = os.environ.get("CI_PROJECT_DIR")
    return encodable((below(path, root) if root else None) or place(path))
