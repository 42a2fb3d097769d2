"""The fix run with `--verify`: all fixes are worked out, tried by a command, and written if they hold."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from lint_rules import files
from lint_rules.__main__ import Tally, tell_of_targets
from lint_rules.engine import Surroundings
from lint_rules.finding import Change, FileReport, Problem, Status
from lint_rules.fixing import Keep, check_text, findings_or_raise
from lint_rules.options import BROKEN
from lint_rules.outcome import guarded
from lint_rules.report import counted
from lint_rules.story import print_report, status, summary

Worked = Callable[[Keep], Iterable[FileReport]]
"""Works out all fixes, and gives what would be written to be kept."""

if TYPE_CHECKING:
    from lint_rules.verify import Verdict


def run_verified(options: argparse.Namespace, around: Surroundings, worked_out: Worked, *, write: bool) -> int:
    """Work out all fixes, have the command try them in copies of the project, and write them if they hold."""
    changes: dict[str, Change] = {}

    def keep(change: Change) -> None:
        left = findings_or_raise(change.new, check=partial(check_text, path=change.path, around=around))
        changes[change.path] = replace(change, left=left)

    reports = list(worked_out(keep))
    verdict = _tried(tuple(changes.values()), options) if changes else None
    if verdict and verdict.problem and not options.diff:
        reports = [_unfixed(report, changes.get(report.path)) for report in reports]
    elif verdict and not verdict.problem and write:
        reports = _write_all(reports, changes)
    tally = Tally()
    for report in reports:
        print_report(report, options, tally)
    _tell(verdict, summary(reports, write=write, unsafe=options.unsafe_fixes), write=write)
    if tell_of_targets(around.targets) or (verdict and verdict.problem):
        return BROKEN
    return status(reports, write=write)


def _tried(changes: tuple[Change, ...], options: argparse.Namespace) -> Verdict:
    from lint_rules.verify import Trial, verify  # noqa: PLC0415 - only who verifies pays for the shim

    sys.stderr.flush()
    trial = Trial(tuple(options.command), options.python, options.verify_timeout, sys.stderr.buffer)
    return verify(changes, trial, options.paths)


def _unfixed(report: FileReport, change: Change | None) -> FileReport:
    """Return the report of a file whose fixes are not written after all."""
    if change is None:
        return report
    return FileReport(report.path, Status.FINDINGS, (*report.findings, *change.fixed))


def _write_all(reports: Iterable[FileReport], changes: Mapping[str, Change]) -> list[FileReport]:
    """Write what was verified, the very bytes; none of it if one of the files has changed since."""
    stale = [path for path, change in changes.items() if not _is_still(change)]
    return [_written(report, changes[report.path], stale) if report.path in changes else report for report in reports]


def _is_still(change: Change) -> bool:
    try:
        return files.read(change.path) == change.old
    except files.Unreadable:
        return False


def _written(report: FileReport, change: Change, stale: Sequence[str]) -> FileReport:
    if stale:
        told = "changed on disk since it was verified" if change.path in stale else f"{stale[0]} has changed"
        return replace(_unfixed(report, change), status=Status.FAILED, problem=Problem(f"{told}: not written"))

    def work() -> FileReport:
        files.replace(change.path, old=change.old, new=change.new)
        return FileReport(report.path, Status.FIXED, change.left, fixed=report.fixed)

    return guarded(report.path, work)


def _tell(verdict: Verdict | None, summary: str, *, write: bool) -> None:
    """Tell the story of a trial: how the command ran, each place, and what that means."""
    if verdict is None:
        print(f"{summary} Nothing to verify.", file=sys.stderr)
        return
    for text in (verdict.table, *map(str, verdict.sites)):
        if text:
            print(text, file=sys.stderr)
    if verdict.problem:
        print(f"Nothing written, not verified: {verdict.problem}.", file=sys.stderr)
        return
    unreached = verdict.count("not reached by the command")
    also = f"; {unreached} not reached by the command, {'written' if write else 'to be written'} unproven"
    proven = f"{counted(verdict.count('proven'), 'fix')} proven".replace("fixs", "fixes")
    print(f"{summary} Verified: {proven}{also if unreached else ''}.", file=sys.stderr)
