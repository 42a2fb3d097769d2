"""What makes a finding the same one in the next run, although lines have moved: for whoever keeps track of findings."""

from __future__ import annotations

import hashlib
from collections import Counter

from lint_rules.finding import FileReport
from lint_rules.lines import Text
from lint_rules.places import place


def fingerprints(report: FileReport) -> tuple[str, ...]:
    """Return a fingerprint for each finding of a report, in their order; no two are alike.

    It is made of the code, the path, the line of source without its indentation, and which of several such it is.
    """
    lines, where = Text(report.text).lines, place(report.path)
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for finding in report.findings:
        number = finding.span.line
        line = " ".join(lines[number - 1].split()) if number <= len(lines) else ""
        found.append(digest(finding.code, where, line, str(seen[finding.code, line])))
        seen[finding.code, line] += 1
    return tuple(found)


def digest(*parts: str) -> str:
    """Return a short name for a few texts."""
    text = "\0".join(parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
