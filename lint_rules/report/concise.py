"""`path:line:column: CODE message`, as flake8 prints it: one line per finding, 1-based lines and columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from lint_rules.finding import FileReport, Finding
from lint_rules.report import PLAIN, Style
from lint_rules.visible import printable


def write(reports: Iterable[FileReport], stream: TextIO, style: Style = PLAIN) -> None:
    """Write one line per finding."""
    for report in reports:
        stream.writelines(line(report.path, finding, style) + "\n" for finding in report.findings)


def line(path: str, finding: Finding, style: Style = PLAIN) -> str:
    """Return the line of one finding."""
    name, code = style.paint(printable(path), "1"), style.paint(finding.code, "1;31")
    return f"{name}:{finding.span.line}:{finding.span.column + 1}: {code} {printable(finding.message)}"
