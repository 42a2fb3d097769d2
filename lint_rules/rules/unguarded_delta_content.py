"""LLM201 unguarded-delta-content: concatenating a delta's content crashes on None.

What it does
------------
Reports a delta's content that flows, possibly None, into `+`, `+=` or `"".join(...)`, directly or through names,
lists and functions of the module.

Why is this bad
---------------
LiteLLM's last chunk, the usage chunk and every tool-call delta carry `content=None`. `text += None` raises a
TypeError after all the text has arrived but before the stream has ended, so the answer and its trace are lost
together.

Bad
---
```python
async def answer(messages):
    text = ""
    response = await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)
    async for chunk in response:
        text += chunk.choices[0].delta.content
    return text
```

Good
----
```python
async def answer(messages):
    text = ""
    response = await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)
    async for chunk in response:
        text += chunk.choices[0].delta.content or ""
    return text
```

Fix safety
----------
Safe: `or ""` is written where the content is read, or at the use when something else looks at its None.

Measured
--------
`TypeError: can only concatenate str (not "NoneType") to str` at the finish chunk, with all of the text read and the
trace lost, in each of 14 combinations of litellm 1.64.1 to 1.106.2, langfuse 2.60.2 to 5.0.4 and callback
(`make verdicts`, docs/verdicts.md#streams; synchronous streams: docs/verdicts.md#sync). The usage chunk that
`stream_options` asks for has no content either (by hand, under the shim, with the same versions).

Known limits
------------
Content that a function is handed by callers the linter does not see is recognised by its shape (`choices`, then
`delta`), in modules that import LiteLLM only. A default in `.get("content", "")` is no guard: the key is there, its
value is None.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.finding import Applicability, Finding, Fix, OrEmpty
from lint_rules.rules import Rule, rule
from lint_rules.semantics.facts import ModuleFacts

_CONSEQUENCE = {
    "concat": "concatenating it raises TypeError and loses the trace",
    "join": "joining it raises TypeError",
}


@rule("LLM201", "unguarded-delta-content", fix="safe")
def unguarded_delta_content(this: Rule, module: ModuleFacts) -> Iterator[Finding]:
    """Report every concatenation of a delta's content that may be None."""
    for use in module.content_uses:
        if use.how in _CONSEQUENCE:
            message = f'`{use.text}` may be None: {_CONSEQUENCE[use.how]}; write `or ""`'
            fix = Fix(Applicability.SAFE, OrEmpty(use.repair)) if use.repair is not None else None
            yield Finding(this.code, use.span, message, fix)
