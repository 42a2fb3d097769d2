"""LLM102 early-exit-from-sync-stream: leaving a synchronous LiteLLM stream early loses its trace.

What it does
------------
Reports `break` and `return` in a `for` over `litellm.completion(..., stream=True)`, unless everything that is left
of the stream is read on every way from there.

Why is this bad
---------------
As for LLM101: LiteLLM logs a stream in the step that runs into its end. A synchronous stream left early also keeps
its connection, and the next request can deadlock on the connection pool when the stream is garbage-collected inside
it.

Bad
---
```python
def answer(messages):
    text = ""
    for chunk in litellm.completion(model="gpt-4o-mini", messages=messages, stream=True):
        text += chunk.choices[0].delta.content or ""
        if chunk.choices[0].finish_reason:
            break
    return text
```

Good
----
```python
def answer(messages):
    text = ""
    for chunk in litellm.completion(model="gpt-4o-mini", messages=messages, stream=True):
        text += chunk.choices[0].delta.content or ""
    return text
```

Fix safety
----------
As for LLM101, but `--early-exit=log-partial` changes nothing: the part could be logged, but the connection of a stream
that is left can deadlock the next request, so that the rest is always read.

Measured
--------
In each of 14 combinations of litellm 1.64.1 to 1.106.2, langfuse 2.60.2 to 5.0.4 and callback (`make verdicts`,
docs/verdicts.md#sync): lost after `break` on `finish_reason`, on an empty delta and out of a generator around the
stream; delivered when a drain follows the `break` (where a process ends at once, the exporter of "langfuse_otel" on
litellm 1.85 to 1.92 may be too late for any sync call). By hand: sixty streams left by `break` one after the other hung
the process in 3 of 3 runs on litellm 1.92.2, 2 of 3 on 1.106.2 and 1 of 3 on 1.72.6; with a drain after the `break`, in
none. A part given to the `success_handler` of the stream's `logging_obj` arrives once on every litellm from 1.64.1 to
1.106.2; of a `Router` on 1.64.1 to 1.80.11 only.

Known limits
------------
As for LLM101.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.finding import Finding
from lint_rules.rules import Rule, rule
from lint_rules.rules.early_exit_from_stream import exit_fix
from lint_rules.semantics.facts import ModuleFacts


@rule("LLM102", "early-exit-from-sync-stream", fix="safe or unsafe, by what decides the exit")
def early_exit_from_sync_stream(this: Rule, module: ModuleFacts) -> Iterator[Finding]:
    """Report every exit from a `for` over a stream that nobody reads to its end."""
    for leave in module.stream_exits:
        if not leave.is_async and leave.keyword != "raise":
            message = (
                f"`{leave.keyword}` leaves {leave.subject} before its end: "
                "its Langfuse trace is lost, and the abandoned connection can deadlock the next request"
            )
            yield Finding(this.code, leave.span, message, exit_fix(leave, module), leave.trace)
