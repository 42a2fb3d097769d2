"""For programs: one JSON list with an object per finding; `docs/formats.md` says what stands in it.

Lines and columns are 1-based, `end_column` is exclusive, columns count code points.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TextIO

from lint_rules.finding import FileReport, Finding, Fix, Span
from lint_rules.report import PLAIN, Style
from lint_rules.rules import rule_of
from lint_rules.visible import encodable

WANTS_REPLACEMENTS = True


def write(reports: Iterable[FileReport], stream: TextIO, style: Style = PLAIN) -> None:
    """Write one list with every finding."""
    entries = [entry(report.path, finding) for report in reports for finding in report.findings]
    stream.write(json.dumps(entries, indent=2) + "\n")


def entry(path: str, finding: Finding) -> dict[str, object]:
    """Return one finding as plain data."""
    rule = rule_of(finding.code)
    return {
        "code": finding.code,
        "name": rule.name if rule else None,
        "url": rule.url if rule else None,
        "path": encodable(path),
        **position(finding.span),
        "message": encodable(finding.message),
        "fix": fix_entry(finding.fix) if finding.fix else None,
    }


def position(span: Span) -> dict[str, int]:
    """Return a stretch of source as plain data."""
    return {
        "line": span.line,
        "column": span.column + 1,
        "end_line": span.end_line,
        "end_column": span.end_column + 1,
    }


def fix_entry(fix: Fix) -> dict[str, object]:
    """Return a fix as plain data; without edits, if it refuses itself."""
    edits = [{**position(one.span), "text": encodable(one.text)} for one in fix.replacements]
    return {"applicability": fix.applicability.value, "edits": edits}
