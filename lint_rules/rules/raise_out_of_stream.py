"""LLM103 raise-out-of-stream: an exception raised in the loop over a LiteLLM stream loses its trace.

What it does
------------
Reports `raise` in a loop over a LiteLLM stream, unless the function itself may catch the exception or reads the
rest of the stream on the way out. Off by default: select it by its full code.

Why is this bad
---------------
As for LLM101: a stream that is not read to its end is never logged. Raising is often the right thing to do all the
same, which is why the rule has to be asked for.

Bad
---
```python
async def answer(messages):
    response = await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)
    async for chunk in response:
        if chunk.choices[0].finish_reason == "content_filter":
            raise ValueError("refused")
```

Good
----
```python
async def answer(messages):
    response = await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)
    try:
        async for chunk in response:
            if chunk.choices[0].finish_reason == "content_filter":
                raise ValueError("refused")
    finally:
        async for _ in response:
            pass
```

Fix safety
----------
No fix: whether the rest of an answer is worth reading when something went wrong is the program's decision.

Measured
--------
A `raise` in the loop, and a cancellation: lost in each of 14 combinations of litellm 1.64.1 to 1.106.2, langfuse
2.60.2 to 5.0.4 and callback; a time-out with a drain in `finally`: delivered in each (`make verdicts`,
docs/verdicts.md#streams). A `raise` with a drain in `finally`: 5 of 5 with litellm 1.77.7, 1.85.7 and 1.106.2, by
hand.

Known limits
------------
Exceptions raised by what the loop body calls are not seen.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.finding import Finding
from lint_rules.rules import Rule, rule
from lint_rules.semantics.facts import ModuleFacts


@rule("LLM103", "raise-out-of-stream")
def raise_out_of_stream(this: Rule, module: ModuleFacts) -> Iterator[Finding]:
    """Report every `raise` that leaves a loop over a stream."""
    for leave in module.stream_exits:
        if leave.keyword == "raise":
            message = (
                f"`raise` leaves {leave.subject} before its end: its Langfuse trace is lost; drain it in a `finally`"
            )
            yield Finding(this.code, leave.span, message, trace=leave.trace)
