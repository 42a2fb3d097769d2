"""The concise format with, under each finding, the steps by which its value was recognised, from the SDK call on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from lint_rules.finding import FileReport, Step
from lint_rules.places import below
from lint_rules.report import PLAIN, Style
from lint_rules.report.concise import line
from lint_rules.visible import printable


def write(reports: Iterable[FileReport], stream: TextIO, style: Style = PLAIN) -> None:
    """Write one line per finding and one per step."""
    for report in reports:
        for finding in report.findings:
            stream.write(line(report.path, finding, style) + "\n")
            stream.writelines(f"    {_shown(step)}:{step.line}: {step.text}\n" for step in finding.trace)


def _shown(step: Step) -> str:
    """Return the path of a step, from here when it is below here."""
    return printable(below(step.path) or step.path)
