"""The fix run with `--interactive`: each fix is shown as a patch, and written if its reader says so."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import TextIO

from lint_rules import files
from lint_rules.engine import Surroundings, check_bytes
from lint_rules.finding import FileReport, Finding, Problem, Status
from lint_rules.fixing import check_text, findings_or_raise, is_wanted
from lint_rules.outcome import guarded
from lint_rules.patch import patch
from lint_rules.report import problem_line
from lint_rules.report.concise import line
from lint_rules.terminal import write_patch
from lint_rules.visible import printable

QUESTION = "Write this fix? [y]es, [n]o, [a]ll that follow, [q]uit: "

Key = tuple[str, str, int]
"""What tells a finding from others while the file changes: its code, the text of its line, which one of these it is."""


class Dialog:
    """Asks about one fix after the other: patches go to stdout, questions to stderr, answers come from `answers`."""

    def __init__(self, answers: TextIO) -> None:
        self._answers = answers
        self._all = False
        self.is_over = False

    def wants(self, path: str, finding: Finding, change: str) -> bool:
        """Show a fix and return whether to write it; who closes the answers quits."""
        if self._all:
            return True
        print(line(path, finding))
        write_patch(change)
        sys.stdout.flush()
        answer = self._answer()
        self._all, self.is_over = answer == "a", answer == "q"
        return answer in ("y", "a")

    def _answer(self) -> str:
        while True:
            print(QUESTION, end="", file=sys.stderr, flush=True)
            said = self._answers.readline()
            answer = said.strip().lower()[:1] if said else "q"
            if not said or not self._answers.isatty():
                print(printable(said.strip()), file=sys.stderr)  # nobody has typed it there
            if answer in ("y", "n", "a", "q"):
                return answer


def fix_interactively(path: str, *, around: Surroundings, unsafe: bool, dialog: Dialog) -> FileReport:
    """Fix what the dialog wants of one file, and write that; whatever goes wrong is in the report."""
    return guarded(path, partial(_fix, path, around, unsafe, dialog))


def _fix(path: str, around: Surroundings, unsafe: bool, dialog: Dialog) -> FileReport:
    data = files.read(path)
    report = check_bytes(data, path, around)
    if report.problem or not any(is_wanted(finding, unsafe=unsafe) for finding in report.findings):
        return report
    from codemods.engine import fix_source  # noqa: PLC0415 - LibCST is slow: only a file with a fix pays

    check = partial(findings_or_raise, check=partial(check_text, path=path, around=around))
    current, left, problem = data, report.findings, None
    fixed: list[Finding] = []
    answered: set[Key] = set()
    while (todo := _next(left, current, answered, unsafe=unsafe)) and not dialog.is_over:
        key, finding = todo
        step = fix_source(current, [finding], check=check)
        if step.problem:
            problem = _told(path, step.problem)
        elif dialog.wants(path, finding, patch(path, current, step.data)):
            current, left = step.data, check(step.data)
            fixed.extend(step.fixed)
            continue
        answered.add(key)
    if fixed:
        files.replace(path, old=data, new=current)
    return FileReport(path, _status(problem, fixed), left, problem, fixed=tuple(fixed))


def _told(path: str, problem: Problem) -> Problem:
    print(problem_line(FileReport(path, Status.FAILED, problem=problem)), file=sys.stderr)
    return problem


def _status(problem: Problem | None, fixed: list[Finding]) -> Status:
    if problem is not None:
        return Status.FAILED
    return Status.FIXED if fixed else Status.FINDINGS


def _next(
    findings: tuple[Finding, ...], data: bytes, answered: set[Key], *, unsafe: bool
) -> tuple[Key, Finding] | None:
    """Return the first finding that can be fixed and that nothing was answered about, with its key."""
    keyed = _keyed(findings, files.decode(data).split("\n"))
    return next((pair for pair in keyed if is_wanted(pair[1], unsafe=unsafe) and pair[0] not in answered), None)


def _keyed(findings: tuple[Finding, ...], lines: list[str]) -> Iterator[tuple[Key, Finding]]:
    seen: Counter[tuple[str, str]] = Counter()
    for finding in findings:
        told = finding.code, lines[finding.span.line - 1].strip()
        yield (*told, seen[told]), finding
        seen[told] += 1
