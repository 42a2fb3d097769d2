"""One rule, one module, one code. Dropping a module in here is all it takes to add a rule."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from lint_rules.finding import Applicability, Finding

if TYPE_CHECKING:
    from lint_rules.semantics.facts import ModuleFacts

ASKED_FOR = ("LLM103", "LLM306")
"""The codes of the rules that report only where they are selected by their full code: known without a look at them."""

Check = Callable[["Rule", "ModuleFacts"], Iterable[Finding]]
Afterthought = Callable[["Rule", "Checked"], Iterable[Finding]]


@dataclass(frozen=True)
class Checked:
    """What a rule reads that is judged after the others: the text, and all that the others have found in it."""

    text: str
    findings: tuple[Finding, ...]
    codes: frozenset[str]
    """The codes of the rules that were asked."""


def _nothing(*_: object) -> tuple[Finding, ...]:
    """Be the part of a rule that it does not have."""
    return ()


PAGES = "https://github.com/flake8-litellm/flake8-litellm/blob/main/docs/rules"
"""Where the manual of each rule is a page."""


def page_of(code: str) -> str:
    """Return the page that shows the manual of the rule with a code."""
    return f"{PAGES}/{code}.md"


@dataclass(frozen=True)
class Rule:
    """A rule: its code, its name, and the function from facts, or from what others found, to findings."""

    code: str
    name: str
    check: Check
    module: str
    fix: str = "none"
    """Whether there is a fix: the applicabilities that its fixes may have, or "none", and when that is so."""
    afterthought: Afterthought = _nothing

    @property
    def default(self) -> bool:
        """Whether it reports unless ignored; otherwise only when selected by its full code."""
        return self.code not in ASKED_FOR

    def findings(self, facts: ModuleFacts) -> Iterator[Finding]:
        """Yield what this rule finds in a module's facts."""
        yield from self.check(self, facts)

    def afterthoughts(self, checked: Checked) -> Iterator[Finding]:
        """Yield what this rule finds in what the others have found."""
        yield from self.afterthought(self, checked)

    @property
    def manual(self) -> str:
        """The rule's module docstring: what `--explain` and the docs print."""
        import inspect  # noqa: PLC0415 - most runs print no manual

        return inspect.cleandoc(importlib.import_module(self.module).__doc__ or "")

    @property
    def summary(self) -> str:
        """The first line of the manual, without the code and name."""
        return self.manual.partition("\n")[0].partition(": ")[2]

    @property
    def url(self) -> str:
        """The page that shows the manual."""
        return page_of(self.code)

    @property
    def applicabilities(self) -> tuple[Applicability, ...]:
        """What `fix` names."""
        words = self.fix.partition(",")[0].split()
        return tuple(one for one in Applicability if one.value in words)


_RULES: dict[str, Rule] = {}


def rule(code: str, name: str, *, fix: str = "none") -> Callable[[Check], Check]:
    """Register the decorated function as the check of rule `code`; `fix` says whether there is one, and when."""

    def register(check: Check) -> Check:
        _register(Rule(code, name, check, check.__module__, fix))
        return check

    return register


def last_rule(code: str, name: str, *, fix: str = "none") -> Callable[[Afterthought], Afterthought]:
    """Register the decorated function as that of rule `code`, which is judged after the others, by what they found."""

    def register(afterthought: Afterthought) -> Afterthought:
        _register(Rule(code, name, _nothing, afterthought.__module__, fix=fix, afterthought=afterthought))
        return afterthought

    return register


def _register(rule: Rule) -> None:
    assert rule.code not in _RULES, f"{rule.code} is registered twice"
    _RULES[rule.code] = rule


@cache
@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule, by code."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    return tuple(_RULES[code] for code in sorted(_RULES))


def rule_of(code: str) -> Rule | None:
    """Return the rule with a code; None for a code that is no rule's."""
    all_rules()
    return _RULES.get(code)
