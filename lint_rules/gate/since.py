"""Where a work tree's branch left REF, and what is wrong if that cannot be said."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lint_rules.engine import Surroundings
from lint_rules.finding import FileReport
from lint_rules.gate import git
from lint_rules.gate.comparison import Check, Comparison, Mark
from lint_rules.gate.parts import compare
from lint_rules.refusal import Refused
from lint_rules.visible import printable


@dataclass(frozen=True)
class Base:
    """Where a work tree's branch left REF."""

    ref: str
    top: str
    commit: str

    def known(self, reports: Sequence[FileReport], around: Surroundings, check: Check) -> frozenset[Mark]:
        """Return the findings that are old ones."""
        if not any(report.findings for report in reports):
            return frozenset()
        try:
            comparison = Comparison(reports, compare(self.top, self.commit))
            for folder, commit in comparison.unknown():
                told = (
                    f"commit {commit[:12]} of the base is not in this clone of the submodule: all of it counts as new"
                )
                print(f"note: {printable(folder)}: {told}", file=sys.stderr)
            return frozenset(comparison.known(around, check))
        except git.GitFailed as error:
            raise Refused(f"--base: git: {error}") from error


def find_base(ref: str, paths: Sequence[str]) -> Base:
    """Find the merge base of REF and HEAD in the repository that `paths` lie in. Raises `Refused`."""
    try:
        top = _common_top(paths)
        tip, head = git.commit_of(top, ref), git.commit_of(top, "HEAD")
        if tip is None:
            raise Refused(_unknown(top, ref))
        if head is None:
            raise Refused("--base: HEAD has no commit yet")
        found = git.merge_bases(top, tip, head)
        if not found:
            raise Refused(_unrelated(top, ref))
    except git.GitFailed as error:
        raise Refused(f"--base: git: {error}") from error
    if len(found) > 1:
        told = f"note: {ref} and HEAD have {len(found)} merge bases; this is what is new since {found[0][:12]}"
        print(told, file=sys.stderr)
    return Base(ref, top, found[0])


# ---- finding it


def _common_top(paths: Sequence[str]) -> str:
    """Return the top of the one repository that paths lie in; a submodule belongs to one that is named as well."""
    tops: list[str] = []
    for folder in dict.fromkeys(map(_folder, paths)):
        if not any(_is_plainly_below(folder, top) for top in tops):
            tops.append(git.top_of(str(folder)))
    outer = min(tops, key=len)
    for top in tops:
        if not Path(top).is_relative_to(outer):
            raise Refused(f"--base: PATHs lie in several repositories, {outer} and {top}: check one at a time")
    return outer


def _folder(path: str) -> Path:
    real = Path(os.path.realpath(path))
    return next(one for one in (real, *real.parents) if one.is_dir())


def _is_plainly_below(folder: Path, top: str) -> bool:
    """Tell whether a folder lies in a repository, and in none inside that one."""
    for one in (folder, *folder.parents):
        if str(one) == top:
            return True
        if os.path.lexists(one / ".git"):
            return False
    return False


def _unknown(top: str, ref: str) -> str:
    told = f"--base: no commit {ref!r} in {top}"
    branch = ref.removeprefix("origin/")
    if git.commit_of(top, f"origin/{ref}"):
        return f"{told} (but there is origin/{ref})"
    if ref and not ref.startswith("-") and git.has_remote(top, "origin"):
        return f"{told} (not fetched? git fetch origin {branch})"
    return told


def _unrelated(top: str, ref: str) -> str:
    told = f"--base: no merge base of {ref} and HEAD"
    if git.is_shallow(top):
        more = "git fetch --unshallow, or fetch-depth: 0 in actions/checkout"
        return f"{told}: this is a shallow clone; fetch more history ({more})"
    return f"{told}: they have no history in common"
