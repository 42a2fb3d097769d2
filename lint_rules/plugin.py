"""The flake8 door. flake8 runs every installed plugin on every file, so this imports nothing heavy and looks before
it parses."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

from lint_rules import __version__
from lint_rules.safe_path import FromElsewhere

with FromElsewhere():  # `python -m flake8` would import the linted project
    from lint_rules.configuration import Configuration, Given, Misconfigured, is_dotted
    from lint_rules.engine import Surroundings, judge, may_matter
    from lint_rules.finding import Finding
    from lint_rules.rules import ASKED_FOR
    from lint_rules.semantics import syntax
    from lint_rules.semantics.syntax import TooLargeError, collecting_late
    from lint_rules.settings import Settings
    from lint_rules.targets import Finder

_OPTION = "--llm-target"
_SOURCES, _HELPERS = "--llm-stream-sources", "--llm-flush-helpers"
_ALL = Settings(select=("LLM", *ASKED_FOR))
"""flake8 does its own selecting and its own `# noqa`."""


class Plugin:
    """What flake8 instantiates once per file."""

    name: ClassVar[str] = "flake8-litellm"
    version: ClassVar[str] = __version__
    around: ClassVar[Surroundings] = Surroundings.of(_ALL)
    """What lies around the linted files: flake8 runs many files in one process."""

    def __init__(self, tree: ast.Module, lines: list[str], filename: str = "<string>") -> None:
        self._tree, self._lines, self._filename = tree, lines, filename

    @staticmethod
    def add_options(manager: Any) -> None:
        """Switch off what has to be asked for, the flake8 way: `--extend-select LLM103` switches it on."""
        manager.extend_default_ignore(ASKED_FOR)
        manager.add_option(
            _OPTION,
            default="",
            metavar="REQUIREMENTS",
            parse_from_config=True,
            help="the LiteLLM and Langfuse that the code runs with, such as litellm==1.77.7,langfuse<3 "
            "(default: what its lock files, requirements or environment say)",
        )
        for option, what in ((_SOURCES, "return a LiteLLM stream"), (_HELPERS, "deliver what LiteLLM has logged")):
            manager.add_option(
                option,
                default="",
                metavar="NAMES",
                parse_from_config=True,
                comma_separated_list=True,
                help=f"dotted names of callables, from packages that are not analysed, that {what}",
            )

    @classmethod
    def parse_options(cls, options: Any) -> None:
        """Take what flake8 has read from its command line and configuration files; each run starts afresh."""
        target = tuple(options.llm_target.splitlines())
        if target:
            with FromElsewhere(), collecting_late():
                _refuse_misstated(target)
        sources, helpers = (
            _names(option, given)
            for option, given in ((_SOURCES, options.llm_stream_sources), (_HELPERS, options.llm_flush_helpers))
        )
        configuration = Configuration(Given(target=target, stream_sources=sources, flush_helpers=helpers))
        cls.around = Surroundings(configuration, Finder(target, _OPTION))

    def run(self) -> Iterator[tuple[int, int, str, type]]:
        """Yield `(line, column, text, type)` of every finding: 1-based line, 0-based column."""
        try:
            with FromElsewhere(), collecting_late():
                problem, findings = self._judged()
        except Misconfigured as error:  # flake8 has no other place for what is wrong with a project's settings
            where = error.problem.path if error.problem.line is None else f"{error.problem.path}:{error.problem.line}"
            yield 1, 0, f"LLM000 {where}: {error.problem.message}", type(self)
            return
        except (RecursionError, TooLargeError):
            return
        except Exception as error:  # a defect of ours must not end the user's whole run
            yield 1, 0, f"LLM000 internal error of flake8-litellm: {type(error).__name__}: {error}", type(self)
            return
        if problem:
            yield 1, 0, f"LLM000 {problem}", type(self)
        for finding in findings:
            yield finding.span.line, finding.span.column, f"{finding.code} {finding.message}", type(self)

    def _judged(self) -> tuple[str, tuple[Finding, ...]]:
        """Return what is wrong with the targets, if anything, and the findings."""
        text, settings = "".join(self._lines), self._settings()
        data, project = text.encode("utf-8", "surrogatepass"), self.around.project(settings)
        path = os.path.abspath(self._filename)  # noqa: PTH100 - asked of every file
        if not may_matter(data, path, project):
            return "", ()
        problem = self.around.targets.problem(self._filename)
        try:
            machine = project.machine(path, data, self._tree)
            return problem, judge(machine, text, self._filename, settings, self.around)
        finally:  # what is kept costs flake8 time: Python searches all of it for garbage
            project.release(path)
            syntax.forget()

    def _settings(self) -> Settings:
        return _unselected(self.around.configuration.settings(self._filename))


@cache
def _unselected(own: Settings) -> Settings:
    """Return settings but for what they select: flake8 does that."""
    return replace(own, select=_ALL.select, ignore=(), silenced=())


def _names(option: str, names: list[str]) -> tuple[str, ...]:
    wrong = next((name for name in names if not is_dotted(name)), None)
    if wrong is not None:
        from flake8.exceptions import ExecutionError  # noqa: PLC0415 - only for those who misstate something

        raise ExecutionError(f"{option}: {wrong!r} is no dotted name such as ourlib.chat.ask")
    return tuple(names)


def _refuse_misstated(target: tuple[str, ...]) -> None:
    """Raise what flake8 shows as an error of the user's, not as a defect of ours."""
    from flake8.exceptions import ExecutionError  # noqa: PLC0415 - only for those who misstate something

    from lint_rules.targets.mention import misstated  # noqa: PLC0415 - most runs state nothing

    problem = misstated(target, _OPTION)
    if problem:
        raise ExecutionError(problem)
