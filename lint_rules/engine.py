"""One file through the line: bytes → prefilter → ast → facts → rules → findings; and many, one after the other."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lint_rules import disk, files
from lint_rules.configuration import Misconfigured
from lint_rules.finding import FileReport, Finding, Problem, Status
from lint_rules.rules import Checked, all_rules
from lint_rules.semantics.project import Project
from lint_rules.semantics.syntax import TooLargeError, check_syntax, collecting_late
from lint_rules.settings import Settings
from lint_rules.suppression import hides_whole_file, is_mentioned, lists_our_codes, suppressions
from lint_rules.surroundings import Surroundings

if TYPE_CHECKING:
    from lint_rules.semantics.facts import ModuleFacts
    from lint_rules.semantics.infer import Machine

__all__ = ["Surroundings", "check_bytes", "check_file", "check_files", "check_found", "judge", "may_matter"]


def may_matter(data: bytes, path: str, project: Project) -> bool:
    """Tell whether a file (`path` is absolute) can have a finding at all, by searching text, before it is parsed."""
    return lists_our_codes(data) or project.prospects.has(path, data)


def judge(machine: Machine, text: str, path: str, settings: Settings, around: Surroundings) -> tuple[Finding, ...]:
    """Return the findings of an interpreted module, in source order, suppressed ones too."""
    from lint_rules.semantics.facts import Source, facts_of  # noqa: PLC0415 - most runs of flake8 come to no module of interest

    facts = facts_of(machine, Source(text), around.targets.targets(path), settings)
    return tuple(sorted(_findings(facts, text, settings), key=lambda finding: (finding.span, finding.code)))


def _findings(facts: ModuleFacts, text: str, settings: Settings) -> Iterator[Finding]:
    rules = [rule for rule in all_rules() if settings.enabled(rule.code, default=rule.default)]
    found = tuple(finding for rule in rules for finding in rule.findings(facts))
    yield from found
    checked = Checked(text, found, frozenset(rule.code for rule in rules))
    for rule in rules:
        yield from rule.afterthoughts(checked)


def check_bytes(data: bytes, path: str, around: Surroundings | None = None) -> FileReport:
    """Check one module's bytes. Never raises for what the bytes hold: whatever is wrong with them becomes the
    outcome."""
    around = around or Surroundings()
    try:
        settings = around.configuration.settings(path)
        project = around.project(settings)
        absolute = os.path.abspath(path)  # noqa: PTH100 - asked of every file
        matters = may_matter(data, absolute, project)
        if not matters and not project.prospects.mentions(absolute, data):
            return FileReport(path, Status.CLEAN)
        text = files.decode(data)
        suppresses = not settings.disable_noqa and is_mentioned(data)
        if suppresses and hides_whole_file(text):
            return FileReport(path, Status.CLEAN)
        if not matters:
            check_syntax(data)  # whoever names LiteLLM and cannot be read is told so
            return FileReport(path, Status.CLEAN)
        findings = judge(project.machine(path, data), text, path, settings, around)
        project.release(path)
        if suppresses and findings:
            findings = tuple(finding for finding in findings if not suppressions(text).hide(finding))
    except (files.Unreadable, Misconfigured) as error:
        return FileReport(path, Status.FAILED, problem=error.problem)
    except SyntaxError as error:
        return FileReport(path, Status.FAILED, problem=_syntax_problem(error))
    except (RecursionError, MemoryError):
        return FileReport(path, Status.FAILED, problem=Problem("nested too deeply to be checked"))
    except TooLargeError:
        return FileReport(path, Status.SKIPPED, problem=Problem("too large to be checked within bounds"))
    except Exception as error:  # one bad file never stops the others
        return FileReport(path, Status.FAILED, problem=Problem(f"internal error: {type(error).__name__}: {error}"))
    if not findings:
        return FileReport(path, Status.CLEAN)
    return FileReport(path, Status.FINDINGS, findings, text=text)


def _syntax_problem(error: SyntaxError) -> Problem:
    column = max(error.offset - 1, 0) if error.offset else None
    return Problem(f"cannot be parsed: {error.msg}", error.lineno, column)


def check_file(path: str, around: Surroundings | None = None) -> FileReport:
    """Check one file; whatever is wrong with it becomes its outcome."""
    try:
        data = disk.look(path)
    except files.Unreadable as error:
        return FileReport(path, Status.FAILED, problem=error.problem)
    return check_bytes(data, path, around)


def check_files(paths: Iterable[str], around: Surroundings | None = None) -> Iterator[FileReport]:
    """Check files and folders, in order of discovery; a path that leads nowhere is a failed report."""
    yield from check_found(files.discover(list(paths)), around)


def check_found(discovered: Iterable[files.Found], around: Surroundings | None = None) -> Iterator[FileReport]:
    """Check what discovery found."""
    around, discovered = around or Surroundings(), list(discovered)
    around.expect(len(discovered))
    with collecting_late():
        yield from _check_found(discovered, around)


def _check_found(discovered: Iterable[files.Found], around: Surroundings) -> Iterator[FileReport]:
    for found in discovered:
        if found.problem is not None:
            yield FileReport(found.path, Status.FAILED, problem=found.problem)
        else:
            yield check_file(found.path, around)
