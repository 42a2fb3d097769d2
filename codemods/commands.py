"""The door for LibCST's own runner: `python -m libcst.tool codemod --no-format -x codemods.commands.All src/`.

There is a command for each rule whose fix rewrites code, called like the rule (`EarlyExitFromStreamCommand`), and
`All`. They write what `python -m lint_rules.fix` writes: the same detector, the same rewrite, the same proof. What that
refuses, the runner skips and says why; what is left to do is its warning. (Without `--no-format` the runner hands what
has changed to the formatter of its configuration, which is black unless that says otherwise.)
"""

from __future__ import annotations

import argparse
from abc import ABC
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cache, partial
from typing import ClassVar

import libcst as cst
from libcst.codemod import CodemodCommand, CodemodContext, SkipFile

from codemods.engine import fix_until_settled
from codemods.registry import all_codemods
from lint_rules import files
from lint_rules.configuration import Configuration, Given
from lint_rules.engine import Surroundings, check_bytes
from lint_rules.finding import FileReport, Finding, Problem, Status
from lint_rules.fixing import is_wanted
from lint_rules.report import problem_line
from lint_rules.report.concise import line
from lint_rules.rules import Rule, all_rules
from lint_rules.settings import EARLY_EXITS
from lint_rules.targets.mention import misstated

_STDIN = "<stdin>"


class Command(CodemodCommand, ABC):
    """Fixes the findings of some rules in one module."""

    SELECT: ClassVar[tuple[str, ...] | None] = None
    """The codes of the rules; None for those that the project's configuration selects."""

    def __init__(
        self,
        context: CodemodContext,
        *,
        unsafe_fixes: bool = False,
        early_exit: str | None = None,
        target: Sequence[str] | None = None,
    ) -> None:
        super().__init__(context)
        self._unsafe = unsafe_fixes
        self._given = Given(select=self.SELECT, early_exit=early_exit, target=tuple(target or ()))

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        """Add those options of `python -m lint_rules.fix` that say how to fix, and for which versions."""
        arg_parser.add_argument(
            "--unsafe-fixes",
            action="store_true",
            help="also write fixes that cost tokens or time, or change what is seen",
        )
        arg_parser.add_argument("--early-exit", choices=EARLY_EXITS, help="how early exits are fixed that cost tokens")
        arg_parser.add_argument(
            "--target",
            action="append",
            type=_requirements,
            metavar="REQUIREMENTS",
            help="the SDKs the code runs with, such as litellm==1.77.7 or 'litellm>=1.70,langfuse<3'",
        )

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        """Return the module with its findings fixed, and warn of those that are left."""
        path = self.context.filename or _STDIN
        data, around = _source(tree, self.context.filename), Surroundings(Configuration(self._given))
        check = cache(partial(_findings, path=path, around=around))
        left, fixed = check(data), data
        wanted = partial(is_wanted, unsafe=self._unsafe)
        if any(map(wanted, left)):
            rewrite = fix_until_settled(data, wanted=wanted, check=check)
            if rewrite.problem:
                raise SkipFile(f"not fixed: {_told(path, rewrite.problem)}")
            left, fixed = check(rewrite.data), rewrite.data
        self._warn_of(path, left, around)
        return tree if fixed == tree.bytes else _printing(fixed)

    def _warn_of(self, path: str, left: Iterable[Finding], around: Surroundings) -> None:
        for remark in (*around.targets.problems, *around.targets.notes):
            self.warn(remark)
        for finding in left:
            needs = "--unsafe-fixes" if finding.fix is not None and not self._unsafe else "a hand"
            self.warn(f"{line(path, finding)} (needs {needs})")


class All(Command):
    """Fixes what the project's configuration selects."""

    DESCRIPTION = "Rewrite programs that lose LiteLLM traces: every rule that has a fix."


def _command(rule: Rule) -> type[Command]:
    name = "".join(map(str.capitalize, rule.name.split("-"))) + "Command"
    described = f"{rule.code}: {rule.summary}"
    return type(name, (Command,), {"__module__": __name__, "DESCRIPTION": described, "SELECT": (rule.code,)})


_FIXABLE = [_command(rule) for rule in all_rules() if rule.code in all_codemods()]
_ALL: list[type[Command]] = [*_FIXABLE, All]
COMMANDS = {command.__name__: command for command in _ALL}
"""Every command, by its name in here, where LibCST's runner and its worker processes look for it."""
globals().update(COMMANDS)


def _requirements(text: str) -> str:
    problem = misstated([text], "--target")
    if problem:
        raise argparse.ArgumentTypeError(problem)
    return text


def _source(tree: cst.Module, path: str | None) -> bytes:
    """Return the bytes that a module was parsed from; those that LibCST prints may lack form feeds and blank lines."""
    printed = tree.bytes
    try:
        data = files.read(path) if path else printed
        return data if data == printed or cst.parse_module(data).bytes == printed else printed
    except (files.Unreadable, cst.ParserSyntaxError, UnicodeDecodeError):
        return printed  # what another codemod made of it, say


def _findings(data: bytes, *, path: str, around: Surroundings) -> tuple[Finding, ...]:
    """Be the detector, also of a text that is not on disk: with surroundings of its own for each."""
    report = check_bytes(data, path, around.anew())
    if report.problem:
        raise SkipFile(_told(path, report.problem))
    return report.findings


def _told(path: str, problem: Problem) -> str:
    return problem_line(FileReport(path, Status.FAILED, problem=problem))


def _printing(data: bytes) -> cst.Module:
    """Return the module that prints `data`, also what LibCST by itself would leave out of it."""
    module = cst.parse_module(data)
    if module.bytes == data:
        return module
    return _Verbatim(**{field.name: getattr(module, field.name) for field in fields(module)}, written=data)


_Bytes = bytes


@dataclass(frozen=True)
class _Verbatim(cst.Module):
    """A module that prints itself as it was written."""

    written: _Bytes = b""

    @property
    def bytes(self) -> _Bytes:
        return self.written

    @property
    def code(self) -> str:
        return files.decode(self.written)
