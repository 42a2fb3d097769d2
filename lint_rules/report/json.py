"""A JSON list of `{code, path, line, column, end_line, end_column, message, fix: {applicability} | null}`.

Lines and columns are 1-based, `end_column` is exclusive, columns count code points.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TextIO

from lint_rules.finding import FileReport, Finding


def write(reports: Iterable[FileReport], stream: TextIO) -> None:
    """Write one list with every finding."""
    entries = [entry(report.path, finding) for report in reports for finding in report.findings]
    stream.write(json.dumps(entries, indent=2) + "\n")


def entry(path: str, finding: Finding) -> dict[str, object]:
    """Return one finding as plain data."""
    span = finding.span
    return {
        "code": finding.code,
        "path": path,
        "line": span.line,
        "column": span.column + 1,
        "end_line": span.end_line,
        "end_column": span.end_column + 1,
        "message": finding.message,
        "fix": None if finding.fix is None else {"applicability": finding.fix.applicability.value},
    }
