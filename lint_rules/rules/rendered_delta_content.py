"""LLM202 rendered-delta-content: a delta's content rendered as text can show "None".

What it does
------------
Reports a delta's content that flows, possibly None, into `print`, `str`, an f-string, `%` or `str.format`.

Why is this bad
---------------
LiteLLM's last chunk, the usage chunk and every tool-call delta carry `content=None`: the reader of the answer sees
"None" at its end.

Bad
---
```python
async def answer(messages):
    response = await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)
    async for chunk in response:
        print(chunk.choices[0].delta.content, end="")
```

Good
----
```python
async def answer(messages):
    response = await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)
    async for chunk in response:
        print(chunk.choices[0].delta.content or "", end="")
```

Fix safety
----------
Safe: `or ""` is written where the content is read, or at the use when something else looks at its None.

Measured
--------
The finish chunk has `content` None, and `print` shows it as "None", with each of 12 environments of litellm 1.64.1 to
1.106.2 and langfuse 2.60.2 to 5.0.4 (by hand, under the shim); so has the usage chunk that `stream_options` asks for.
`make pairs` runs the cases of this rule, each before and after its fix, with litellm 1.106.2 and 1.77.7.

Known limits
------------
Templates, loggers with lazy arguments and writes to files are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.finding import Applicability, Finding, Fix, OrEmpty
from lint_rules.rules import Rule, rule
from lint_rules.semantics.facts import ModuleFacts


@rule("LLM202", "rendered-delta-content", fix="safe")
def rendered_delta_content(this: Rule, module: ModuleFacts) -> Iterator[Finding]:
    """Report every rendering of a delta's content that may be None."""
    for use in module.content_uses:
        if use.how == "render":
            message = f'`{use.text}` may be None and then shows as "None"; write `or ""`'
            fix = Fix(Applicability.SAFE, OrEmpty(use.repair)) if use.repair is not None else None
            yield Finding(this.code, use.span, message, fix)
