"""LLM001 unused-suppression: a `# noqa` lists a code of this linter that suppresses nothing.

What it does
------------
Reports each LLM code, or prefix of LLM codes, in a `# noqa: CODES` comment that suppresses no finding, that no rule
has, or that is not read because another `# noqa` comes first. A file that mentions neither SDK is looked at as well.

Why is this bad
---------------
It says that a trace is lost where none is, and it would hide one that is lost there later.

Bad
---
```python
async def answer(messages):
    response = await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)
    async for chunk in response:  # noqa: LLM101
        print(chunk.choices[0].delta.content or "", end="")
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
Safe: the code is taken out of the comment and the program stays the same. A `# noqa` that lists nothing any more goes;
other codes, and what else the comment says, stay. There is no fix where what is left would be read as another
`# noqa`.

Measured
--------
Which comments hide which findings was held against flake8 7.5.0 with generated programs: `# noqa` in every position and
spelling.

Known limits
------------
What is not selected is not judged: a code whose rule is off, a prefix of which one rule is off (as `LLM1` is unless
LLM103 is selected). A blanket `# noqa` and the codes of others are never judged, nor is LLM001 itself. In a file under
`# flake8: noqa` flake8 looks at nothing, and so does this rule, whatever codes follow. A list is read as flake8 reads
it: `# noqa: llm101` and `#noqa: LLM101` are none of ours. A `# noqa` in a string hides findings, as it does in flake8,
but is no comment: it is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lint_rules.finding import Applicability, Finding, Fix, RewriteComment
from lint_rules.rules import Checked, Rule, all_rules, last_rule
from lint_rules.suppression import Code, Comment, Noqa, lists_our_codes, suppressions, without

_OURS = re.compile(r"LLM\d+")
_NO_RULE = "LLM000"
"""The code of what flake8 has no other place for, such as settings that are wrong."""


@last_rule("LLM001", "unused-suppression", fix="safe")
def unused_suppression(this: Rule, checked: Checked) -> Iterator[Finding]:
    """Report every listed code of ours for which nothing would be missed."""
    if not lists_our_codes(checked.text.encode("utf-8", "surrogatepass")):
        return
    for comment in suppressions(checked.text).comments:
        unused = [
            (code, why)
            for noqa in comment.noqas
            for code in noqa.codes
            if (why := _why(code.text, noqa, comment, checked)) and not this.code.startswith(code.text)
        ]
        fix = _fix(comment, [code for code, _ in unused]) if unused else None
        for code, why in unused:
            yield Finding(this.code, code.span, f"`{code.text}` {why}", fix)


def _why(code: str, noqa: Noqa, comment: Comment, checked: Checked) -> str:
    """Say why a code is useless where it is listed; nothing if it is not, or if that is not for us to say."""
    if not _OURS.fullmatch(code) or code == _NO_RULE:
        return ""
    meant = {rule.code for rule in all_rules() if rule.code.startswith(code)}
    if not meant:
        return "is no rule's code"
    if not meant <= checked.codes:
        return ""
    if not noqa.counts:
        return "is not read: of a line, the first `# noqa` counts"
    used = any(one.code in meant and one.span.line in comment.lines for one in checked.findings)
    return "" if used else "suppresses nothing here"


def _fix(comment: Comment, unused: list[Code]) -> Fix | None:
    """Return the one fix for all useless codes of a comment."""
    text = without(comment, unused)
    return None if text is None else Fix(Applicability.SAFE, RewriteComment(comment.span, text))
