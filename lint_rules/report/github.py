"""GitHub workflow commands: each finding becomes an annotation on the pull request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from lint_rules.finding import FileReport, Finding


def write(reports: Iterable[FileReport], stream: TextIO) -> None:
    """Write one `::error` command per finding."""
    for report in reports:
        stream.writelines(command(report.path, finding) + "\n" for finding in report.findings)


def command(path: str, finding: Finding) -> str:
    """Return the annotation of one finding. GitHub takes columns only for a single line."""
    span = finding.span
    position = {"file": path, "line": span.line, "endLine": span.end_line}
    if span.line == span.end_line:
        position |= {"col": span.column + 1, "endColumn": span.end_column + 1}
    position["title"] = finding.code
    properties = ",".join(f"{name}={_escape_property(str(value))}" for name, value in position.items())
    return f"::error {properties}::{_escape(finding.message)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
