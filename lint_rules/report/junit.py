"""JUnit XML, as Jenkins, GitLab and Azure read it: a failed test per finding, a passed one per clean file."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from typing import TextIO

from lint_rules.finding import FileReport, Finding, Status
from lint_rules.lines import Text
from lint_rules.report import PLAIN, Style, problem_line
from lint_rules.report.concise import line
from lint_rules.report.text import advice
from lint_rules.rules import rule_of
from lint_rules.visible import printable, spelled

_SUITE = "flake8-litellm"
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write."""


def write(reports: Iterable[FileReport], stream: TextIO, style: Style = PLAIN) -> None:
    """Write one suite. Text beyond ASCII is written as references, so that no encoding can spoil it."""
    cases = [case for report in reports for case in _cases(report)]
    counts = {"tests": len(cases)}
    for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        counts[name] = sum(case.find(kind) is not None for case in cases)
    attributes = {"name": _SUITE, **{name: str(count) for name, count in counts.items()}}
    root = ET.Element("testsuites", attributes)
    ET.SubElement(root, "testsuite", attributes).extend(cases)
    ET.indent(root)
    stream.write('<?xml version="1.0" encoding="utf-8"?>\n')
    stream.write(ET.tostring(root, encoding="us-ascii", xml_declaration=False).decode("ascii") + "\n")


def _cases(report: FileReport) -> Iterator[ET.Element]:
    text = Text(report.text)
    yield from (_failed(report.path, finding, text.line(finding.span.line)) for finding in report.findings)
    if report.problem is not None:
        yield _unchecked(report)
    elif not report.findings:
        yield _case(report.path, "nothing found")


def _case(path: str, name: str, number: int | None = None) -> ET.Element:
    shown = printable(path)
    line = {} if number is None else {"line": str(number)}
    return ET.Element("testcase", {"classname": shown, "name": name, "file": shown, **line})


def _failed(path: str, finding: Finding, source: str) -> ET.Element:
    rule, span = rule_of(finding.code), finding.span
    name = f"{finding.code} {rule.name if rule else ''}".rstrip()
    case = _case(path, f"{name} {span.line}:{span.column + 1}", span.line)
    failure = ET.SubElement(case, "failure", {"type": finding.code, "message": _legal(finding.message)})
    told = [line(path, finding), source.strip(), advice(finding)]
    failure.text = _legal("\n".join(filter(None, told)))
    return case


def _unchecked(report: FileReport) -> ET.Element:
    assert report.problem is not None
    case = _case(report.path, "can be checked", report.problem.line)
    kind = "skipped" if report.status is Status.SKIPPED else "error"
    told = ET.SubElement(case, kind, {"message": _legal(report.problem.message)})
    told.text = _legal(problem_line(report))
    return case


def _legal(text: str) -> str:
    return _ILLEGAL.sub(lambda found: spelled(found[0]), text)
