"""Fix a text as `python -m lint_rules.fix --unsafe-fixes` does, and judge each round by itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from codemods.engine import MAX_ROUNDS, fix_source
from lint_rules.configuration import Configuration, Given
from lint_rules.engine import Surroundings, check_bytes
from lint_rules.files import Unreadable
from lint_rules.finding import FileReport, Finding
from lint_rules.fixing import check_text, findings_or_raise
from lint_rules.rules import all_rules

from .oracle import step_harm

TARGET = ("litellm==1.106.2", "langfuse==4.18.0")


def surroundings(early_exit: str = "drain", target: tuple[str, ...] = TARGET) -> Surroundings:
    """Return those of a run with every rule."""
    codes = tuple(rule.code for rule in all_rules())
    return Surroundings(Configuration(Given(select=codes, target=target, early_exit=early_exit, isolated=True)))


@dataclass(frozen=True)
class Fixed:
    """What became of a text."""

    data: bytes
    first: FileReport
    fixed: tuple[Finding, ...] = ()
    refused: str = ""
    harm: tuple[str, ...] = ()


def fix_in_rounds(data: bytes, path: str, around: Surroundings) -> Fixed:
    """Fix all that can be fixed; a round that is refused ends it."""
    check = partial(findings_or_raise, check=partial(check_text, path=path, around=around))
    first = check_bytes(data, path, around)
    current, fixed, harm = data, (), ()
    todo = tuple(finding for finding in first.findings if finding.fix)
    for _ in range(MAX_ROUNDS):
        if not todo:
            return Fixed(current, first, fixed, harm=harm)
        try:
            step = fix_source(current, todo, check=check)
        except Unreadable as error:
            return Fixed(data, first, refused=error.problem.message, harm=harm)
        if step.problem:
            return Fixed(data, first, refused=step.problem.message, harm=harm)
        harm = (*harm, *step_harm(current, step.data, step.fixed))
        current, fixed = step.data, (*fixed, *step.fixed)
        todo = tuple(finding for finding in check(current) if finding.fix)
    return Fixed(data, first, refused="it never settles", harm=(*harm, "it never settles"))
