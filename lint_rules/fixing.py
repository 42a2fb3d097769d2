"""One file: findings → codemods → a result that has proven itself → written, or kept for somebody else to write."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from lint_rules import files
from lint_rules.engine import Surroundings, check_bytes
from lint_rules.finding import Applicability, Change, FileReport, Finding, Status
from lint_rules.outcome import guarded
from lint_rules.patch import patch

if TYPE_CHECKING:
    from codemods.engine import Rewrite

Keep = Callable[[Change], None]


def fix_file(
    path: str, *, around: Surroundings, unsafe: bool = False, write: bool = True, keep: Keep | None = None
) -> FileReport:
    """Fix one file, or with `write=False` find out what that would do; whatever goes wrong is in the report.

    `around` is what other files are known to be; it serves until one of them is written. `keep` gets what would be
    written.
    """
    wanted = partial(is_wanted, unsafe=unsafe)
    return guarded(path, partial(_fix_file, path, around, wanted, None if write else keep or _forget))


def fix_text(data: bytes, path: str, *, around: Surroundings, unsafe: bool, keep: Keep) -> FileReport:
    """Find out how to fix a text that lies, or would lie, at `path`; whatever goes wrong is in the report."""
    return guarded(path, partial(_fix, data, path, around, partial(is_wanted, unsafe=unsafe), keep))


def check_text(data: bytes, *, path: str, around: Surroundings) -> FileReport:
    """Check a text that is not on disk, whose path other modules may lead back to: with surroundings of its own."""
    return check_bytes(data, path, around.anew())


def _fix_file(path: str, around: Surroundings, wanted: Callable[[Finding], bool], keep: Keep | None) -> FileReport:
    return _fix(files.read(path), path, around, wanted, keep)


def _fix(
    data: bytes, path: str, around: Surroundings, wanted: Callable[[Finding], bool], keep: Keep | None
) -> FileReport:
    """Fix the file that holds `data`, or, if there is somebody to `keep` what would be written, do not write it."""
    report = check_bytes(data, path, around)
    check = partial(check_text, path=path, around=around)
    if report.problem or not any(map(wanted, report.findings)):
        return report
    from codemods.engine import fix_until_settled  # noqa: PLC0415 - LibCST is slow: only a file with a fix pays

    rewrite = fix_until_settled(data, wanted=wanted, check=partial(findings_or_raise, check=check))
    if rewrite.problem:
        return FileReport(path, Status.FAILED, report.findings, rewrite.problem)
    if keep is not None:
        return _kept(path, data, rewrite, report.findings, keep)
    files.replace(path, old=data, new=rewrite.data)
    left = findings_or_raise(rewrite.data, check=check)
    return FileReport(path, Status.FIXED, left, fixed=rewrite.fixed)


def _kept(path: str, data: bytes, rewrite: Rewrite, findings: tuple[Finding, ...], keep: Keep) -> FileReport:
    left = tuple(finding for finding in findings if finding not in rewrite.fixed)
    keep(Change(path, data, rewrite.data, tuple(finding for finding in findings if finding in rewrite.fixed)))
    return FileReport(path, Status.FIXED, left, fixed=rewrite.fixed, diff=patch(path, data, rewrite.data))


def _forget(_: Change) -> None:
    """Keep nothing."""


def findings_or_raise(data: bytes, *, check: Callable[[bytes], FileReport]) -> tuple[Finding, ...]:
    """Be the detector for the codemods' self-check: a text that cannot be checked proves nothing."""
    report = check(data)
    if report.problem:
        raise files.Unreadable(report.problem)
    return report.findings


def is_wanted(finding: Finding, *, unsafe: bool) -> bool:
    """Tell whether a finding is to be fixed."""
    return finding.fix is not None and (unsafe or finding.fix.applicability is Applicability.SAFE)
