"""`python -m lint_rules --add-noqa`: suppress what is found, each finding where it stands, so that only new ones show.

Nothing is written that does not prove itself: the program must be the same, and all that was found be hidden.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial

from lint_rules import files
from lint_rules.bounds import held_back
from lint_rules.engine import Surroundings, check_bytes
from lint_rules.finding import FileReport, Finding, Problem, RewriteComment, Span, Status
from lint_rules.outcome import failed, guarded
from lint_rules.report import counted
from lint_rules.suppression import Suppressions, extended, rewrite_comments, split_lines, suppressions


def add_noqa(paths: Sequence[str], around: Surroundings) -> Iterator[FileReport]:
    """Suppress the findings of files and folders in them; what is hidden now is in a report as `fixed`."""
    for found in files.discover(paths):
        if found.problem is not None:
            yield failed(found.path, found.problem)
        else:
            report = held_back(found.path, paths, around)
            yield report or guarded(found.path, partial(_suppress, found.path, around))


def summary(reports: Sequence[FileReport]) -> str:
    """Say in one line what was done."""
    hidden = sum(len(report.fixed) for report in reports)
    changed = sum(bool(report.fixed) for report in reports)
    broken = sum(report.status is Status.FAILED for report in reports)
    skipped = sum(report.status is Status.SKIPPED for report in reports)
    notes = [
        f"{counted(number, 'path')} {what}" for number, what in ((broken, "failed"), (skipped, "skipped")) if number
    ]
    done = f"Suppressed {counted(hidden, 'finding')} in {counted(changed, 'file')}" if hidden else "Nothing suppressed"
    return done + (f" ({'; '.join(notes)})." if notes else ".")


def _suppress(path: str, around: Surroundings) -> FileReport:
    data = files.read(path)
    report = check_bytes(data, path, around)
    if not report.findings:
        return report
    new = suppressed(data, report.findings)
    after = check_bytes(new, path, around.anew())
    if after.problem or after.findings or ast.dump(ast.parse(data)) != ast.dump(ast.parse(new)):
        raise files.Unreadable(Problem("`# noqa` would not hide just what was found: not written"))
    files.replace(path, old=data, new=new)
    return FileReport(path, Status.FIXED, fixed=report.findings)


def suppressed(data: bytes, findings: Sequence[Finding]) -> bytes:
    """Return a file in which a `# noqa` lists the code of each finding; raise `Unreadable` where none can."""
    text = files.decode(data)
    if files.encode(text, like=data) != data:
        raise files.Unreadable(Problem("the encoding of this file cannot be written back byte for byte: not written"))
    present, lines = suppressions(text), split_lines(text)
    codes: dict[int, set[str]] = defaultdict(set)
    for finding in findings:
        codes[present.lines[finding.span.line][-1]].add(finding.code)
    edits = [_edit(line, sorted(listed), lines[line - 1], present) for line, listed in codes.items()]
    return files.encode(rewrite_comments(text, edits)[0], like=data)


def _edit(line: int, codes: list[str], written: str, present: Suppressions) -> RewriteComment:
    """Return how `codes` come into a `# noqa` at the end of a line: the one that is there, or a new one."""
    for comment in present.comments:
        if comment.span.line == line and comment.noqas[0].counts and comment.noqas[0].codes:
            return RewriteComment(comment.span, extended(comment, codes))
    if line in present.hidden:
        raise files.Unreadable(
            Problem("a `# noqa` in a string is all that flake8 reads of this line: not written", line, 0)
        )
    end = len(written.rstrip("\r\n"))
    start = len(written.rstrip(" \t\r\n"))
    return RewriteComment(Span(line, start, line, end), f"  # noqa: {', '.join(codes)}")
