"""Fixes as text: what a fix comes to in the source, for readers that cannot run the codemods (editors, reviews).

Each finding's fix is worked out by itself, proven as always, and compared with the source. What refuses itself stays
without text.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from lint_rules import files, interrupts
from lint_rules.difference import difference
from lint_rules.engine import Surroundings, check_bytes
from lint_rules.finding import FileReport, Finding, Replacement

Detect = Callable[[bytes], Sequence[Finding]]


def with_replacements(reports: Iterable[FileReport], around: Surroundings) -> Iterator[FileReport]:
    """Pass reports on, each fix of theirs with its replacements.

    `around` is the surroundings that the reports were made in: the fixes prove themselves by the same settings.
    """
    for report in reports:
        yield _worked_out(report, around) if any(finding.fix for finding in report.findings) else report


def _worked_out(report: FileReport, around: Surroundings) -> FileReport:
    try:
        data = files.read(report.path)
        if files.decode(data) != report.text:
            return report  # somebody wrote the file since
        detect = _detector(report.path, data, around)
    except files.Unreadable:
        return report
    return replace(report, findings=tuple(_suggested(finding, data, detect) for finding in report.findings))


def _detector(path: str, data: bytes, around: Surroundings) -> Detect:
    """Return the detector of the self-checks of a file's fixes, which all ask about `data` first."""

    def detect(candidate: bytes) -> Sequence[Finding]:
        report = check_bytes(candidate, path, around.anew())
        if report.problem:
            raise files.Unreadable(report.problem)
        return report.findings

    before = detect(data)
    return lambda candidate: before if candidate == data else detect(candidate)


def _suggested(finding: Finding, data: bytes, detect: Detect) -> Finding:
    if finding.fix is None:
        return finding
    return replace(finding, fix=replace(finding.fix, replacements=_replacements(finding, data, detect)))


def _replacements(finding: Finding, data: bytes, detect: Detect) -> tuple[Replacement, ...]:
    from codemods.engine import fix_source  # noqa: PLC0415 - LibCST is slow: only a file with a fix pays

    try:
        with warnings.catch_warnings():  # those that the user's code deserves are not ours to tell
            warnings.simplefilter("ignore")
            rewrite = fix_source(data, [finding], check=detect)
        return difference(files.decode(data), files.decode(rewrite.data)) if rewrite.fixed else ()
    except Exception as error:  # a fix that fails is a fix less, and the fix command says why; what was found is shown
        interrupts.raise_if_behind(error)
        return ()
