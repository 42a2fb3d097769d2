"""`path:line:column: CODE message`, as flake8 prints it: 1-based lines and columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from lint_rules.finding import FileReport, Finding
from lint_rules.report import printable


def write(reports: Iterable[FileReport], stream: TextIO) -> None:
    """Write one line per finding."""
    for report in reports:
        stream.writelines(line(report.path, finding) + "\n" for finding in report.findings)


def line(path: str, finding: Finding) -> str:
    """Return the line of one finding."""
    return f"{printable(path)}:{finding.span.line}:{finding.span.column + 1}: {finding.code} {finding.message}"
