"""LLM402 unsupported-pair: this LiteLLM and this Langfuse cannot work together through the callback that is registered.

What it does
------------
Reports the registration of "langfuse" or "langfuse_otel" when the LiteLLM and Langfuse versions that the project runs
with (option, lock file, requirements, what is installed) cannot deliver a trace that way. With version ranges it
reports what a fresh installation, with the newest of both, would bring. It is silent when nobody has said which
versions the project runs with.

Why is this bad
---------------
Below litellm 1.104.0 the "langfuse" callback works with langfuse 2 only, from there on with langfuse>=4.7,<5 only.
With any other version each call raises when the callback is in `success_callback` or `failure_callback`; in
`callbacks`, and as a keyword of a call, the error is no more than logged: the calls succeed and nothing ever arrives.
"langfuse_otel" is unknown before litellm 1.72.7, and unknown names are ignored without a word.

Bad
---
```python
# target: litellm==1.106.2, langfuse==5.0.4
litellm.callbacks = ["langfuse"]
```

Good
----
```python
# target: litellm==1.106.2, langfuse==5.0.4
litellm.callbacks = ["langfuse_otel"]
```

Fix safety
----------
No fix: another callback needs other settings, and other versions are a decision. The message names what would work.

Measured
--------
`make matrix` holds this rule against 12 environments of litellm 1.64.1 to 1.106.2 and langfuse 2.60.2 to 5.0.4, four
registrations each (docs/delivery.md#which-registrations-work-at-all). By hand, one awaited call and a second's wait
with each of 27 pairs, up to litellm 1.109.1: wherever this rule says so the call raises or nothing arrives. Elsewhere
the generation arrives, provided that what langfuse_otel needs beyond the two SDKs is installed.

Known limits
------------
What a callback needs beyond the two SDKs is not looked at: `langfuse_otel` needs OpenTelemetry's exporter (which
langfuse 2 does not bring), from litellm 1.88.0 until 1.96.0 also pydantic-settings. A program that chooses between
callbacks or asks for versions itself is taken at its word. Callbacks given as objects are not looked at. Where only
older versions of a range fail, nothing is reported.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.finding import Finding
from lint_rules.rules import Rule, rule
from lint_rules.semantics import pairs
from lint_rules.semantics.facts import ModuleFacts, Registration
from lint_rules.semantics.pairs import Fate, Verdict
from lint_rules.semantics.releases import Extent, Targets


@rule("LLM402", "unsupported-pair")
def unsupported_pair(this: Rule, module: ModuleFacts) -> Iterator[Finding]:
    """Report every registration with which the project's versions cannot deliver."""
    targets = module.targets
    named = [one for one in module.registrations if not one.chosen]
    if not named or not (pairs.is_certain(targets.litellm) and pairs.is_certain(targets.langfuse)):
        return
    for registration in named:
        verdict = pairs.judge(registration.name, registration.kind, targets)
        if verdict.extent is Extent.ALWAYS or verdict.fails_newest(targets):
            yield Finding(this.code, registration.span, _message(registration, verdict, targets))


def _message(registration: Registration, verdict: Verdict, targets: Targets) -> str:
    where = f'"{registration.name}" in `{registration.kind}` cannot trace with {targets.litellm} and {targets.langfuse}'
    if verdict.extent is Extent.PARTLY:
        where += (
            f" throughout: with litellm {pairs.named(verdict.litellm)} and langfuse {pairs.named(verdict.langfuse)}"
        )
    remedies = " or ".join(pairs.remedies(registration.name, verdict.litellm, verdict.langfuse))
    return f"{where}{',' if verdict.extent is Extent.PARTLY else ':'} {_what(verdict)}; {remedies}".removesuffix("; ")


def _what(verdict: Verdict) -> str:
    detail = verdict.outcome.detail
    if verdict.outcome.fate is Fate.RAISES:
        return f"every call raises {detail}"
    if verdict.outcome.fate is Fate.IGNORED:
        return f"the name is ignored and every trace lost ({detail})"
    return f"every trace is lost, for the error is no more than logged ({detail})"
