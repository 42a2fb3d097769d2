"""LLM401 removed-langfuse-api: a name that the target Langfuse release does not have.

What it does
------------
Reports the import, attribute or keyword of the Langfuse SDK that the releases the project runs with do not have: it
went (`langfuse.decorators` in 3.0.0, `start_span` in 4.0.0), or it has not come yet (`get_client` before 3.0.0). What
stands in a `try` that catches the error, behind a question about the version or for the type checker is not reported.

Why is this bad
---------------
The program ends with a ModuleNotFoundError, an ImportError or an AttributeError, at the latest when the line runs. In a
handler that swallows errors the program goes on and its traces are lost.

Bad
---
```python
from langfuse.decorators import langfuse_context, observe


@observe()
def answer(question):
    langfuse_context.update_current_observation(metadata={"question": question})
    return litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])


answer("Hi")
langfuse_context.flush()
```

Good
----
```python
from langfuse import get_client, observe


@observe()
def answer(question):
    get_client().update_current_span(metadata={"question": question})
    return litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])


answer("Hi")
get_client().flush()
```

Fix safety
----------
Safe where the successor means the same: `observe`, `flush`, trace ids, `update_current_observation` (as
`update_current_span` or `update_current_generation`, by the decorator of the function around it),
`update_current_trace` before 4.0.0, `start_span` and its like. Unsafe where it means nearly the same: an `output` that
the function's return value now overrules, a score of the outermost observation, which was one of the trace. An import
is rewritten together with every use of what it binds, or not at all. A fix is written only with names that every
release of the target has; for a target that is newer than all that is known here there is none.

Measured
--------
The names were read off the wheels of langfuse 2.60.0 to 5.0.4, each bisected to the release in which it came or went,
and are held against the installed SDKs by tests. `make test` runs the cases of this rule with litellm 1.106.2 and
langfuse 4.18.0, before and after their fix.

Known limits
------------
Names that are reached through values the linter cannot follow are not seen. Of a range of releases the newest counts: a
lower bound that allows releases which do not have a name yet is not reported. From 4.0.0 on `user_id`, `session_id` and
`tags` belong to `with propagate_attributes(...)` around the calls: which calls those are is the program's decision.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.finding import Finding, Fix
from lint_rules.rules import Rule, rule
from lint_rules.semantics.dated import DatedUse
from lint_rules.semantics.facts import ModuleFacts
from lint_rules.semantics.langfuse_api import is_member, symbol_of
from lint_rules.semantics.migration import NoWay, migrate, successors_of
from lint_rules.semantics.releases import Extent, Fact, Target, release


@rule("LLM401", "removed-langfuse-api", fix="safe or unsafe, where there is a successor")
def removed_langfuse_api(this: Rule, module: ModuleFacts) -> Iterator[Finding]:
    """Report every use of a name of Langfuse's that the target lacks."""
    for use in module.dated_uses:
        target = module.targets.langfuse
        if use.guarded or not _lacks(target, use.symbol.fact) or _is_consequence(use, target):
            continue
        fix, advice = _fix(use, target)
        yield Finding(this.code, use.span, f"{_missing(use.symbol.fact, target)}; {advice}", fix)


def _lacks(target: Target, fact: Fact) -> bool:
    """Tell whether what a fresh installation would bring lacks a name; that an old release would is no error yet."""
    return not fact.covers(target.newest)


def _is_consequence(use: DatedUse, target: Target) -> bool:
    """Tell whether what the name hangs on is missing already, and reported itself: its module, the method called."""
    called, bracket, _ = use.path.partition("(")
    parts = called.split(".")
    owners = [".".join(parts[:length]) for length in range(2, len(parts))]
    symbols = [symbol_of(owner) for owner in owners if not is_member(owner)] + [symbol_of(called)] * bool(bracket)
    return any(symbol is not None and _lacks(target, symbol.fact) for symbol in symbols)


def _missing(fact: Fact, target: Target) -> str:
    """Say what is missing, since when or until when, and from which releases."""
    border = f"first in langfuse {fact.first}" if _is_too_new(fact, target) else f"gone since langfuse {fact.gone}"
    if target.has(fact) is Extent.PARTLY:
        return f"`{fact.subject}` is {border}, and {target} allows releases without it"
    return f"`{fact.subject}` is {border}, and this is for {target}"


def _is_too_new(fact: Fact, target: Target) -> bool:
    """Tell whether a name has not come yet, rather than gone."""
    return fact.gone is None or target.newest < release(fact.gone)


def _fix(use: DatedUse, target: Target) -> tuple[Fix | None, str]:
    """Return the fix, if there is one, and what the reader can do."""
    if not target.known:
        return None, target.note or "the target is not known here, so there is no fix"
    if _is_too_new(use.symbol.fact, target):
        return None, f"it needs langfuse {use.symbol.fact.first} or newer"
    try:
        fix = migrate(use, target)
    except NoWay as reason:
        return None, str(reason)
    return fix, f"write {' and '.join(f'`{name}`' for name in successors_of(fix))}"
