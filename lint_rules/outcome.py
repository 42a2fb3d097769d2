"""How work on one file that is to be written ends, whatever goes wrong with it."""

from __future__ import annotations

from collections.abc import Callable

from lint_rules import files, interrupts
from lint_rules.finding import FileReport, Problem, Status


def guarded(path: str, work: Callable[[], FileReport]) -> FileReport:
    """Return what `work` reports of the file, or that it failed."""
    try:
        return work()
    except files.Unreadable as error:
        return failed(path, error.problem)
    except files.ChangedOnDisk:
        return failed(path, Problem("changed on disk since it was read: not written"))
    except OSError as error:
        return failed(path, Problem(f"not written: {files.reason(error)}"))
    except Exception as error:  # one bad file never stops the others
        interrupts.raise_if_behind(error)
        return failed(path, Problem(f"internal error: {type(error).__name__}: {error}"))


def failed(path: str, problem: Problem) -> FileReport:
    """Report that a file failed."""
    return FileReport(path, Status.FAILED, problem=problem)
