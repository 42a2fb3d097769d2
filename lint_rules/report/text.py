"""For people: each finding with its line of source, what it points at, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TextIO

from lint_rules.excerpt import excerpt
from lint_rules.finding import Applicability, FileReport, Finding
from lint_rules.lines import Text
from lint_rules.report import PLAIN, Style
from lint_rules.report.concise import line
from lint_rules.rules import page_of

_FIX = "python -m lint_rules.fix"
_GUTTER, _CARET, _HELP = "1;34", "1;31", "1;36"


def write(reports: Iterable[FileReport], stream: TextIO, style: Style = PLAIN) -> None:
    """Write a paragraph per finding."""
    between = ""
    for report in reports:
        text = Text(report.text)
        for finding in report.findings:
            stream.write(between + "\n".join(_paragraph(report.path, finding, text, style)) + "\n")
            between = "\n"


def _paragraph(path: str, finding: Finding, text: Text, style: Style) -> Iterator[str]:
    yield line(path, finding, style)
    margin = " " * len(str(finding.span.line))
    source = text.line(finding.span.line)
    if source.strip():
        yield from _quoted(source, finding, margin, style)
    told = advice(finding)
    if told:
        yield f"{margin} {style.paint('=', _GUTTER)} {style.paint('help:', _HELP)} {told}"


def _quoted(source: str, finding: Finding, margin: str, style: Style) -> Iterator[str]:
    """Yield the line of source, and under it the carets."""
    room = None if style.width is None else max(style.width - len(margin) - 3, 20)
    shown = excerpt(source, finding.span, room)
    bar = style.paint("|", _GUTTER)
    yield f"{margin} {bar}"
    yield f"{style.paint(str(finding.span.line), _GUTTER)} {bar} {shown.text}"
    yield f"{margin} {bar} {' ' * shown.begin}{style.paint('^' * (shown.end - shown.begin), _CARET)}"


def advice(finding: Finding) -> str:
    """Say who fixes a finding: a command, or the reader, who may want the rule's page."""
    if finding.fix is None:
        return f"needs a hand: {page_of(finding.code)}"
    return f"fixed by {_FIX}{'' if finding.fix.applicability is Applicability.SAFE else ' --unsafe-fixes'}"
