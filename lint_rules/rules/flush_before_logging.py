"""LLM304 flush-before-logging: a Langfuse flush before LiteLLM has logged flushes nothing.

What it does
------------
Reports a flush of the Langfuse SDK at the end of an async program whose calls are traced by a LiteLLM callback,
when nothing has waited for LiteLLM's logging before it.

Why is this bad
---------------
After `await litellm.acompletion(...)` the event loop still needs turns before LiteLLM hands the call to Langfuse. A
flush that comes first finds an empty queue, and when the coroutine returns the logging is cancelled.

Bad
---
```python
litellm.success_callback = ["langfuse"]


async def main():
    await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Hi"}])
    langfuse.get_client().flush()


asyncio.run(main())
```

Good
----
```python
litellm.success_callback = ["langfuse"]


async def main():
    try:
        await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Hi"}])
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()
        langfuse.get_client().flush()


asyncio.run(main())
```

Fix safety
----------
Safe, as for LLM301; a flush that is the coroutine's last statement moves behind the helper.

Measured
--------
One awaited call and a Langfuse flush, in the coroutine or after `asyncio.run` has returned: 0 of 3 delivered in 13 of
14 combinations of litellm 1.64.1 to 1.106.2, langfuse 2.60.2 to 5.0.4 and callback; litellm 1.80.11 with langfuse
3.11.2 delivers without it, too (`make matrix`, docs/delivery.md#one-awaited-call), and in some runs twice. With the
fix: 5 of 5 in all 14 (docs/delivery.md#fixed-programs).

Known limits
------------
As for LLM301.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.finding import Finding
from lint_rules.rules import Rule, rule
from lint_rules.rules.entry_point_without_flush import delivery_fix
from lint_rules.semantics.facts import Ending, ModuleFacts


@rule("LLM304", "flush-before-logging", fix="safe")
def flush_before_logging(this: Rule, module: ModuleFacts) -> Iterator[Finding]:
    """Report every Langfuse flush that comes before LiteLLM has logged the calls of an entry point."""
    for entry in module.ending(Ending.FLUSH_BEFORE_LOGGING):
        if entry.at is not None:
            message = (
                f"this Langfuse flush comes before LiteLLM has logged the calls of `{entry.coroutine}`: "
                "it flushes nothing and their traces are lost"
            )
            yield Finding(this.code, entry.at, message, delivery_fix(entry, module.targets))
