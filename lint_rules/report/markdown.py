"""A summary for the page of a CI job (`$GITHUB_STEP_SUMMARY`): what was found where, and which command fixes it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TextIO

from lint_rules.finding import Applicability, FileReport, Finding, Status
from lint_rules.places import below, place, reference
from lint_rules.report import PLAIN, Style, counted, each_problem_once, problem_line
from lint_rules.rules import rule_of
from lint_rules.visible import printable

MAX_ROWS = 200
MAX_CHARACTERS = 500_000
"""GitHub cuts a summary at 1 MiB."""

_FIX = "`python -m lint_rules.fix`"
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>|~&#@!$]")
"""What may mean something in Markdown or HTML."""
_PLAIN_CODE = re.compile(r"[^`|\\]+")
"""What a code span in a table can hold as it is."""


def write(reports: Iterable[FileReport], stream: TextIO, style: Style = PLAIN) -> None:
    """Write the summary of a run."""
    reports = list(reports)
    findings = [finding for report in reports for finding in report.findings]
    stream.write(f"### flake8-litellm: {_heading(reports, len(findings))}\n")
    for part in (_table(reports, len(findings)), _advice(findings), _unchecked(reports)):
        text = "\n".join(part)
        if text:
            stream.write(f"\n{text}\n")


def _heading(reports: Sequence[FileReport], findings: int) -> str:
    if findings:
        return f"{counted(findings, 'finding')} in {counted(sum(bool(one.findings) for one in reports), 'file')}"
    checked = sum(report.problem is None for report in reports)
    return f"nothing found in {counted(checked, 'file')}"


def _broken(reports: Iterable[FileReport]) -> list[FileReport]:
    return [report for report in reports if report.problem is not None]


# ---- the findings


def _table(reports: Iterable[FileReport], total: int) -> Iterator[str]:
    """Yield the rows of as many findings as a page holds, and how many are left out."""
    if not total:
        return
    rows = list(_held(_rows(reports)))
    yield from ("| where | rule | what | fix |", "| --- | --- | --- | --- |", *rows)
    if len(rows) < total:
        yield f"\nAnd {total - len(rows):,} more."


def _held(rows: Iterable[str]) -> Iterator[str]:
    room = MAX_CHARACTERS
    for row in islice(rows, MAX_ROWS):
        room -= len(row)
        if room < 0:
            return
        yield row


def _rows(reports: Iterable[FileReport]) -> Iterator[str]:
    for report in reports:
        for finding in report.findings:
            where = _linked(_code(f"{place(report.path)}:{finding.span.line}"), _source(report.path, finding))
            rule = rule_of(finding.code)
            name = _linked(finding.code, rule.url if rule else None)
            fix = finding.fix.applicability.value if finding.fix else ""
            yield f"| {where} | {name} | {marked_up(finding.message)} | {fix} |"


def _linked(text: str, url: str | None) -> str:
    return f"[{text}]({url})" if url else text


def _source(path: str, finding: Finding, environ: Mapping[str, str] = os.environ) -> str | None:
    """Return where GitHub shows the line, inside a workflow of GitHub's."""
    server, repository, commit = (environ.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "SHA"))
    inside = below(path, environ.get("GITHUB_WORKSPACE", "."))
    if not (server and repository and commit and inside):
        return None
    return f"{server}/{repository}/blob/{commit}/{reference(inside)}#L{finding.span.line}"


# ---- what to do


def _advice(findings: Sequence[Finding]) -> Iterator[str]:
    fixes = [finding.fix.applicability for finding in findings if finding.fix]
    safe = fixes.count(Applicability.SAFE)
    unsafe, by_hand = len(fixes) - safe, len(findings) - len(fixes)
    if safe:
        yield f"- {_are(safe)} fixed by {_FIX}."
    if unsafe:
        yield f"- {_are(unsafe)} fixed by {_FIX.removesuffix('`')} --unsafe-fixes`: see the rule for what that costs."
    if by_hand:
        yield f"- {by_hand:,} need{'s' if by_hand == 1 else ''} a hand."


def _are(number: int) -> str:
    return f"{number:,} {'is' if number == 1 else 'are'}"


def _unchecked(reports: Sequence[FileReport]) -> Iterator[str]:
    broken = _broken(reports)
    if not broken:
        return
    failed = sum(report.status is Status.FAILED for report in broken)
    skipped = len(broken) - failed
    told = [f"{counted(number, 'file')} {what}" for number, what in ((failed, "not checked"), (skipped, "skipped"))]
    yield f"**{', '.join(one for one in told if not one.startswith('0 '))}:**\n"
    lines = list(each_problem_once(broken))
    yield from (f"- {_code(problem_line(report))}" for report in lines[:MAX_ROWS])
    if len(lines) > MAX_ROWS:
        yield f"- and {len(lines) - MAX_ROWS:,} more"


# ---- text


def marked_up(text: str) -> str:
    """Return a message as Markdown: what stands in backticks is code, and nothing else means anything."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _plain(text)  # a backtick too many: in the program's own text
    return "".join(_code(part) if number % 2 else _plain(part) for number, part in enumerate(parts))


def _code(text: str) -> str:
    """Return text as code; as HTML where a code span cannot hold it."""
    text = printable(text)
    return f"`{text}`" if _PLAIN_CODE.fullmatch(text) and text == text.strip() else f"<code>{_plain(text)}</code>"


def _plain(text: str) -> str:
    """Return text that means nothing in Markdown, as references where it might."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", printable(text))
