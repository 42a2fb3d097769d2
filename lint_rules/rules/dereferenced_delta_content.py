"""LLM203 dereferenced-delta-content: an attribute or item of a delta's content raises on None.

What it does
------------
Reports an attribute or subscript of a delta's content that may be None: `content.strip()`, `content[0]`.

Why is this bad
---------------
LiteLLM's last chunk, the usage chunk and every tool-call delta carry `content=None`: the loop crashes with
AttributeError or TypeError after all the text has arrived, but before the stream has ended, so the trace is lost
with it.

Bad
---
```python
async def answer(messages):
    response = await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)
    async for chunk in response:
        print(chunk.choices[0].delta.content.upper(), end="")
```

Good
----
```python
async def answer(messages):
    response = await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)
    async for chunk in response:
        print((chunk.choices[0].delta.content or "").upper(), end="")
```

Fix safety
----------
Safe for attributes: `or ""` is written where the content is read, or at the use. An item of an empty text raises as
well, so a subscript is left to a human.

Measured
--------
`AttributeError: 'NoneType' object has no attribute ...` at the finish chunk, and the trace lost with it, in each of 14
combinations of litellm 1.64.1 to 1.106.2, langfuse 2.60.2 to 5.0.4 and callback (`make verdicts`,
docs/verdicts.md#streams). For `content[:1]`, `TypeError: 'NoneType' object is not subscriptable` at the same chunk, by
hand with each of the 12 environments of those versions.

Known limits
------------
The functions a content is passed to are looked at only where the linter sees them.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.finding import Applicability, Finding, Fix, OrEmpty
from lint_rules.rules import Rule, rule
from lint_rules.semantics.facts import ModuleFacts


@rule("LLM203", "dereferenced-delta-content", fix="safe, for attributes")
def dereferenced_delta_content(this: Rule, module: ModuleFacts) -> Iterator[Finding]:
    """Report every attribute and item of a delta's content that may be None."""
    for use in module.content_uses:
        if use.how in ("attribute", "item"):
            message = f"`{use.text}` may be None: taking an {use.how} of it raises and loses the trace"
            repair = use.repair if use.how == "attribute" else None
            yield Finding(this.code, use.span, message, Fix(Applicability.SAFE, OrEmpty(repair)) if repair else None)
