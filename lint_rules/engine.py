"""One file through the line: bytes → prefilter → ast → facts → rules → findings; and many files, one after the
other."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator

from lint_rules import files
from lint_rules.finding import FileReport, Finding, Problem, Status
from lint_rules.rules import all_rules
from lint_rules.semantics import sdk
from lint_rules.semantics.facts import ModuleFacts, Source, TooLargeError, gather
from lint_rules.settings import EVERYTHING, Settings


def may_matter(data: bytes) -> bool:
    """Tell whether a file can have a finding at all: a substring search, before anything is parsed."""
    return any(mention in data for mention in sdk.MENTIONS)


def check_tree(tree: ast.Module, text: str, settings: Settings) -> tuple[Finding, ...]:
    """Return the findings of a parsed module, in source order. Raises what `gather` raises."""
    facts = gather(tree, Source(text))
    return tuple(sorted(_findings(facts, settings), key=lambda finding: (finding.span, finding.code)))


def _findings(facts: ModuleFacts, settings: Settings) -> Iterator[Finding]:
    for rule in all_rules():
        if settings.enabled(rule.code):
            yield from rule.findings(facts)


def check_bytes(data: bytes, path: str, settings: Settings | None = None) -> FileReport:
    """Check one module's bytes. Never raises for what the bytes hold: whatever is wrong with them becomes the
    outcome."""
    if not may_matter(data):
        return FileReport(path, Status.CLEAN)
    try:
        text = files.decode(data)
        findings = check_tree(parse(data), text, settings or EVERYTHING)
    except files.Unreadable as error:
        return FileReport(path, Status.FAILED, problem=error.problem)
    except SyntaxError as error:
        return FileReport(path, Status.FAILED, problem=_syntax_problem(error))
    except (RecursionError, MemoryError):
        return FileReport(path, Status.SKIPPED, problem=Problem("nested too deeply to be checked"))
    except TooLargeError:
        return FileReport(path, Status.SKIPPED, problem=Problem("too large to be checked within bounds"))
    except Exception as error:  # one bad file never stops the others
        return FileReport(path, Status.FAILED, problem=Problem(f"internal error: {type(error).__name__}: {error}"))
    return FileReport(path, Status.FINDINGS if findings else Status.CLEAN, findings)


def parse(data: bytes | str) -> ast.Module:
    """Parse a module, silent about the warnings its own code deserves. Raises SyntaxError, also for null bytes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(data)
    except ValueError as error:  # null bytes, before Python 3.12
        raise SyntaxError(str(error)) from error


def _syntax_problem(error: SyntaxError) -> Problem:
    column = max(error.offset - 1, 0) if error.offset else None
    return Problem(f"cannot be parsed: {error.msg}", error.lineno, column)


def check_file(path: str, settings: Settings | None = None) -> FileReport:
    """Check one file; whatever is wrong with it becomes its outcome."""
    try:
        data = files.read(path)
    except files.Unreadable as error:
        return FileReport(path, Status.FAILED, problem=error.problem)
    return check_bytes(data, path, settings)


def check_files(paths: Iterable[str], settings: Settings | None = None) -> Iterator[FileReport]:
    """Check files and folders, in order of discovery; a path that leads nowhere is a failed report."""
    for found in files.discover(list(paths)):
        if found.problem is not None:
            yield FileReport(found.path, Status.FAILED, problem=found.problem)
        else:
            yield check_file(found.path, settings)
