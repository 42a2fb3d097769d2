"""What a fix run says, and what it exits with."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence

from lint_rules.__main__ import Tally
from lint_rules.finding import FileReport, Status
from lint_rules.fixing import is_wanted
from lint_rules.options import BROKEN, CLEAN, FINDINGS
from lint_rules.report import counted
from lint_rules.report.concise import line
from lint_rules.terminal import write_exactly, write_patch


def status(reports: Iterable[FileReport], *, write: bool) -> int:
    reports = list(reports)
    if any(report.status is Status.FAILED for report in reports):
        return BROKEN
    if any(report.findings or (report.fixed and not write) for report in reports):
        return FINDINGS
    return CLEAN


def print_report(report: FileReport, options: argparse.Namespace, tally: Tally) -> None:
    tally.tell(report)
    if options.interactive:
        return  # the dialog has shown it
    if options.diff:
        write_patch(report.diff)
        return
    shown = (*report.fixed, *report.findings) if options.check else report.findings
    for finding in sorted(shown, key=lambda finding: (finding.span, finding.code)):
        if options.stdin and not options.check:  # stdout is the text
            print(line(report.path, finding), file=sys.stderr)
        else:
            write_exactly(line(report.path, finding) + "\n")


def summary(reports: Sequence[FileReport], *, write: bool, unsafe: bool, asked: bool = False) -> str:
    """Say in one line what was done and what is left for whom."""
    fixed = sum(len(report.fixed) for report in reports)
    changed = sum(bool(report.fixed) for report in reports)
    left = [finding for report in reports for finding in report.findings]
    more = sum(is_wanted(finding, unsafe=True) and not is_wanted(finding, unsafe=unsafe) for finding in left)
    declined = sum(is_wanted(finding, unsafe=unsafe) for finding in left) if asked else 0
    by_hand = len(left) - more - declined
    failed = sum(report.status is Status.FAILED for report in reports)
    skipped = sum(report.status is Status.SKIPPED for report in reports)
    notes = [
        f"{declined} declined" if declined else "",
        f"{more} more with --unsafe-fixes" if more else "",
        f"{by_hand} need{'s' if by_hand == 1 else ''} a hand" if by_hand else "",
        f"{counted(failed, 'path')} failed" if failed else "",
        f"{counted(skipped, 'path')} skipped" if skipped else "",
    ]
    done = f"{'Fixed' if write else 'Would fix'} {counted(fixed, 'finding')} in {counted(changed, 'file')}"
    remarks = "; ".join(note for note in notes if note)
    nothing = "Nothing fixed" if left else "Nothing to fix"
    return (done if fixed else nothing) + (f" ({remarks})." if remarks else ".")
