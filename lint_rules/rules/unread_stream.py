"""LLM104 unread-stream: a LiteLLM stream that nobody iterates is never logged.

What it does
------------
Reports a LiteLLM call with `stream=True` whose result is not iterated and goes nowhere else, or from which single
chunks are taken by hand, outside of any loop.

Why is this bad
---------------
As for LLM101: LiteLLM logs a stream in the step that runs into its end.

Bad
---
```python
async def first_chunk(messages):
    response = await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)
    chunk = await anext(response)
    return chunk.id
```

Good
----
```python
async def first_chunk(messages):
    response = await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)
    chunk = await anext(response)
    async for _ in response:
        pass
    return chunk.id
```

Fix safety
----------
No fix: what the stream was for is not in sight.

Measured
--------
Lost in each of 14 combinations of litellm 1.64.1 to 1.106.2, langfuse 2.60.2 to 5.0.4 and callback: a stream that is
made and never iterated, and one that is stepped once, async (`make verdicts`, docs/verdicts.md#streams) and sync
(docs/verdicts.md#sync). Stepped to its end it is delivered in each.

Known limits
------------
A stream that is returned, stored, yielded or passed on counts as read.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.finding import Finding
from lint_rules.rules import Rule, rule
from lint_rules.semantics.facts import ModuleFacts


@rule("LLM104", "unread-stream")
def unread_stream(this: Rule, module: ModuleFacts) -> Iterator[Finding]:
    """Report every stream that is made and not read to its end by anybody."""
    for stream in module.unread_streams:
        fate = "is stepped by hand and not read to its end" if stream.stepped else "is never iterated"
        message = f"the stream of `{stream.callable}` {fate}: the call is never logged and its Langfuse trace is lost"
        yield Finding(this.code, stream.span, message)
