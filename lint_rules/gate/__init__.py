"""The gate: which findings of a run are reported, when old ones are to be left alone.

Two things tell old findings: git (`--base REF`: what was there where the branch left REF) and a file (`--baseline`).
With both, a finding that either of them knows is old. docs/gate.md tells how they decide.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lint_rules.configuration import Misconfigured
from lint_rules.finding import FileReport, Status
from lint_rules.refusal import Refused
from lint_rules.surroundings import Surroundings
from lint_rules.visible import printable

if TYPE_CHECKING:
    from lint_rules.baseline import Baseline, LooksAt
    from lint_rules.gate.comparison import Mark
    from lint_rules.gate.since import Base


def add_gate(parser: argparse.ArgumentParser) -> None:
    """Add the options that leave old findings alone."""
    group = parser.add_argument_group("what is new")
    group.add_argument(
        "--base",
        metavar="REF",
        help="report what is new since the merge base of REF and HEAD: findings on changed lines, and on others "
        "because of what changed elsewhere; code that moved is not new",
    )
    file = group.add_mutually_exclusive_group()
    file.add_argument("--baseline", metavar="FILE", help="report what is not listed in FILE")
    file.add_argument("--write-baseline", metavar="FILE", help="report nothing: list all findings in FILE")


@dataclass(frozen=True)
class Gate:
    """A step between the check and the report."""

    paths: tuple[str, ...] = ()
    base: Base | None = None
    baseline: Baseline | None = None
    writes: str | None = None
    """The baseline to be written; `baseline` is what it was before, if anything."""

    @classmethod
    def of(cls, options: argparse.Namespace) -> Gate:
        """Return what a command line asks for. Raises `Refused`, before anything is checked."""
        paths = (options.stdin_filename or options.paths[0],) if options.stdin else tuple(options.paths)
        if options.write_baseline is not None:
            if options.base is not None:
                raise Refused("--write-baseline lists all findings: leave out --base")
            return cls(paths, None, _before(options.write_baseline), options.write_baseline)
        return cls(paths, _base(options.base, paths), _baseline(options.baseline))

    def over(self, reports: Iterable[FileReport], around: Surroundings) -> Iterable[FileReport]:
        """Pass reports on without old findings: at once if there is nothing to leave out, else when all are there.

        Raises `Refused`.
        """
        if self.writes is not None:
            return self._written(list(reports), around)
        if self.base is None and self.baseline is None:
            return reports
        return self._filtered(list(reports), around)

    def _filtered(self, reports: list[FileReport], around: Surroundings) -> list[FileReport]:
        old = self._known_to_base(reports, around)
        if self.baseline is not None:
            _tell_gone(self.baseline, reports, self._looks(reports, around))
            old |= self.baseline.known(reports, first=old)
        left = _without(reports, old)
        print(_summary(sum(len(report.findings) for report in left), len(old), self.base), file=sys.stderr)
        return left

    def _known_to_base(self, reports: list[FileReport], around: Surroundings) -> frozenset[Mark]:
        if self.base is None:
            return frozenset()
        from lint_rules.engine import check_files  # noqa: PLC0415 - most runs have none

        return self.base.known(reports, around, check_files)

    def _written(self, reports: list[FileReport], around: Surroundings) -> list[FileReport]:
        from lint_rules.baseline import write  # noqa: PLC0415 - most runs have none

        assert self.writes is not None
        failed = sum(report.status is Status.FAILED for report in reports)
        if failed:
            told = f"{failed} path{'' if failed == 1 else 's'} could not be checked"
            print(f"{printable(self.writes)}: error: not written: {told}", file=sys.stderr)
        else:
            print(write(self.writes, self.baseline, reports, self._looks(reports, around)), file=sys.stderr)
        marks = ((at, place) for at, report in enumerate(reports) for place in range(len(report.findings)))
        return _without(reports, frozenset(marks))

    def _looks(self, reports: Sequence[FileReport], around: Surroundings) -> LooksAt:
        from lint_rules.baseline import looking  # noqa: PLC0415 - most runs have none
        from lint_rules.rules import all_rules  # noqa: PLC0415 - most runs have none, as below

        defaults = {rule.code: rule.default for rule in all_rules()}

        def wants(path: str, code: str) -> bool:
            try:
                return around.configuration.settings(path).enabled(code, default=defaults.get(code, True))
            except Misconfigured:
                return False

        return looking(self.paths, reports, wants)


def _base(ref: str | None, paths: Sequence[str]) -> Base | None:
    if ref is None:
        return None
    from lint_rules.gate.since import find_base  # noqa: PLC0415 - most runs have none

    return find_base(ref, paths)


def _baseline(path: str | None) -> Baseline | None:
    if path is None:
        return None
    from lint_rules.baseline import load  # noqa: PLC0415 - most runs have none

    return load(path)


def _before(path: str) -> Baseline | None:
    """Return the baseline that is about to be written anew, or refuse what cannot be written."""
    if os.path.lexists(path):
        return _baseline(path)
    if not Path(path).parent.is_dir():
        raise Refused("not written: no such folder", path)
    return None


def _tell_gone(baseline: Baseline, reports: Sequence[FileReport], looked: LooksAt) -> None:
    gone = baseline.gone(baseline.counted(reports), looked)
    if gone:
        told = "1 finding is gone" if gone == 1 else f"{gone} findings are gone"
        again = f"write it anew with --write-baseline {baseline.path}"
        print(f"note: {printable(baseline.path)}: {told}; {printable(again)}", file=sys.stderr)


def _without(reports: Iterable[FileReport], old: Collection[Mark]) -> list[FileReport]:
    """Return the reports without these findings; a file that has no others is a clean one."""
    left = []
    for at, report in enumerate(reports):
        findings = tuple(finding for place, finding in enumerate(report.findings) if (at, place) not in old)
        status = Status.CLEAN if report.status is Status.FINDINGS and not findings else report.status
        left.append(replace(report, findings=findings, status=status))
    return left


def _summary(new: int, old: int, base: Base | None) -> str:
    count = "No new findings" if new == 0 else f"{new} new finding{'' if new == 1 else 's'}"
    since = f" since {printable(base.ref)}" if base is not None else ""
    return f"{count}{since}{f' ({old} known)' if old else ''}."
