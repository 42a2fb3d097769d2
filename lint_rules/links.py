"""Names and links that make one file another's: a fix writes where the user pointed, and nowhere else."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from lint_rules.finding import FileReport, Problem, Status


def way_out(paths: Sequence[str]) -> Callable[[str], str | None]:
    """Return what tells, of a file found below `paths`, out of which of these folders a link to it leads, if it does.

    What is named itself is never outside: neither a file nor what lies in any of the folders.
    """
    places = [os.path.realpath(path) for path in paths]
    folders = [path for path in paths if Path(path).is_dir()]

    def leads_out(path: str) -> str | None:
        if not Path(path).is_symlink():  # of links to folders, none is followed
            return None
        real = os.path.realpath(path)
        if any(_is_below(real, place) for place in places):
            return None
        return next((folder for folder in folders if _is_below(os.path.normpath(path), os.path.normpath(folder))), None)

    return leads_out


def _is_below(path: str, folder: str) -> bool:
    return folder in (os.curdir, path) or path.startswith(folder.rstrip(os.sep) + os.sep)


def left_alone(report: FileReport, folder: str) -> FileReport:
    """Return what is reported of a file that a link leads to, out of a folder: what was not fixed is still there."""
    if not report.fixed:
        return report
    findings = tuple(sorted((*report.fixed, *report.findings), key=lambda finding: (finding.span, finding.code)))
    problem = Problem(f"a link that leads out of {folder}: not fixed")
    return FileReport(report.path, Status.SKIPPED, findings, problem)


def refuse_closed(target: Path) -> None:
    """Raise `OSError` for a file that nobody may write, not even root, and for one that has other names.

    Replacing a file would part it from its other names; writing over it would change those, which nobody pointed at,
    and not at once.
    """
    status = target.stat()
    if not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "Permission denied", str(target))
    if status.st_nlink > 1:
        raise OSError(errno.EMLINK, f"it has {status.st_nlink} names (hard links)", str(target))
