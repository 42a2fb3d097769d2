"""How far a run may write: who names a folder has not asked for what links lead to from inside of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lint_rules.engine import Surroundings, check_file
from lint_rules.finding import FileReport, Problem, Status


def held_back(path: str, paths: Sequence[str], around: Surroundings) -> FileReport | None:
    """Return the report of a file that is not to be written because a link leads to it, out of the folders among
    `paths`; None for every other file, also for a link that is one of `paths`."""
    if not leads_out(path, paths):
        return None
    report = check_file(path, around)
    if report.problem is not None or not report.findings:
        return report
    problem = Problem("a link leads out of the folder to it: not written (name the file itself to have it written)")
    return replace(report, status=Status.SKIPPED, problem=problem)


def leads_out(path: str, paths: Sequence[str]) -> bool:
    """Tell whether a file that was found in a folder lies in none of the folders."""
    if path in paths:
        return False
    real = Path(os.path.realpath(path))
    return not any(real.is_relative_to(os.path.realpath(folder)) for folder in paths)
