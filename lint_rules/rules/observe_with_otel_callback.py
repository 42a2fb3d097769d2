"""LLM403 observe-with-otel-callback: inside a span of the Langfuse SDK, "langfuse_otel" makes no generation.

What it does
------------
Reports the registration of "langfuse_otel" when the program makes LiteLLM calls inside functions that Langfuse's
`@observe` decorates, or inside `with langfuse.start_as_current_span(...)`, and the LiteLLM that the project runs with
writes onto the active span instead of making a generation (1.80.6 until 1.81.9, and from 1.82.5 on).

Why is this bad
---------------
The callback finds the span active and sets its attributes on that span, which mostly has ended by then. No generation
arrives: no model, no usage, no cost, however carefully the program flushes. With `as_type="generation"` the one of
`@observe` arrives, without the model and usage of the call.

Bad
---
```python
# target: litellm==1.106.2, langfuse==5.0.4
litellm.callbacks = ["langfuse_otel"]


@langfuse.observe()
async def answer(question):
    return await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
```

Good
----
```python
# target: litellm==1.106.2, langfuse==5.0.4
import os

os.environ["USE_OTEL_LITELLM_REQUEST_SPAN"] = "true"  # a span, and so a generation, of its own for each call
litellm.callbacks = ["langfuse_otel"]


@langfuse.observe()
async def answer(question):
    return await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
```

Fix safety
----------
No fix: whether the call is to become a child of the span (USE_OTEL_LITELLM_REQUEST_SPAN), a trace of its own
(OTEL_IGNORE_CONTEXT_PROPAGATION) or the span is to go is a decision, and often one about the deployment.

Measured
--------
A call inside `@observe` with "langfuse_otel": no generation in 7 of the 8 such combinations of litellm 1.77.7 to
1.106.2 and langfuse 3.6.2 to 5.0.4; litellm 1.77.7 makes one (`make matrix`,
docs/delivery.md#spans-of-the-langfuse-sdk-around-the-call). By hand, one call, a second's wait, then a normal exit,
with 16 releases of litellm from 1.77.7 to 1.109.1, also on both sides of each date above. Where it merges: nothing, or
the output on the span, for async calls, consumed async streams, sync calls, tasks and generators. The same with
USE_OTEL_LITELLM_REQUEST_SPAN, or from 1.82.5 on OTEL_IGNORE_CONTEXT_PROPAGATION: one generation. Consumed sync
streams, spans that are not current, and calls in threads of an executor are not affected.

Known limits
------------
A variable set outside the program (container, shell, `.env`) is not seen. Calls are followed through the functions of
the project; where they cannot be followed nothing is reported.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.finding import Finding
from lint_rules.rules import Rule, rule
from lint_rules.semantics import pairs
from lint_rules.semantics.facts import ModuleFacts, Registration, Spanned
from lint_rules.semantics.releases import Extent, Target

_MODEL_TYPES = frozenset({"generation", "embedding"})


@rule("LLM403", "observe-with-otel-callback")
def observe_with_otel_callback(this: Rule, module: ModuleFacts) -> Iterator[Finding]:
    """Report "langfuse_otel" where the program calls LiteLLM inside spans."""
    for registration in module.registrations:
        if registration.spanned and not registration.chosen and not _is_hopeless(module, registration):
            yield Finding(this.code, registration.span, _message(registration.spanned, module.targets.litellm))


def _is_hopeless(module: ModuleFacts, registration: Registration) -> bool:
    """Tell whether the pair cannot deliver anyway, which is LLM402's to say."""
    return pairs.judge(registration.name, registration.kind, module.targets).extent is Extent.ALWAYS


def _message(spanned: tuple[Spanned, ...], litellm: Target) -> str:
    first = min(spanned, key=lambda call: call.as_type in _MODEL_TYPES)
    more = f" and {len(spanned) - 1} more" if len(spanned) > 1 else ""
    part = "" if all(map(pairs.merges_spans, litellm.releases)) else " for part of the range"
    what = (
        f"the {first.as_type} of `{first.span}` arrives without the model and usage of"
        if first.as_type in _MODEL_TYPES
        else "no generation arrives of"
    )
    return (
        f'"langfuse_otel" writes onto the active span instead of making a generation with {litellm}{part}: {what} '
        f"the LiteLLM call inside `{first.span}` ({first.place}){more}; {pairs.SPAN_REMEDY}"
    )
