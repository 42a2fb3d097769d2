"""LLM303 flush-skipped-on-error: LiteLLM's logging is waited for, but not on every way out.

What it does
------------
Reports an async program that traces to Langfuse and waits for LiteLLM's logging on some ways through its entry
point, but not on the exception path, or not before an early `return` or `sys.exit`.

Why is this bad
---------------
The run that failed is the one whose traces are wanted, and it is the one that ends before they are logged.

Bad
---
```python
litellm.success_callback = ["langfuse"]


async def main():
    await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Hi"}])
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


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


asyncio.run(main())
```

Fix safety
----------
Safe: what waits, and flushes after it, moves into a `finally` of the coroutine when it comes last and uses no name that
may be unbound there; else the helper of LLM301 is awaited in one, and what is there stays.

Measured
--------
A program that waits behind its calls, and raises before: 0 of 2 delivered in 13 of 14 combinations of litellm 1.64.1
to 1.106.2, langfuse 2.60.2 to 5.0.4 and callback (litellm 1.80.11 delivers at exit), and once fixed 5 of 5 in all 14
(`make matrix`, docs/delivery.md#fixed-programs, *error before the wait*). `sys.exit(3)`: 0 of 3 in all 14, with the
waiting in a `finally` 3 of 3 (docs/delivery.md#ways-out).

Known limits
------------
Every call is taken to be one that may raise, except asyncio's own.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.finding import Finding
from lint_rules.rules import Rule, rule
from lint_rules.rules.entry_point_without_flush import delivery_fix
from lint_rules.semantics.facts import Ending, ModuleFacts

_WHERE = {
    Ending.ONLY_WITHOUT_ERROR: "is not waited for when it raises",
    Ending.ONLY_ON_SOME_PATHS: "is not waited for on every way out",
}


@rule("LLM303", "flush-skipped-on-error", fix="safe")
def flush_skipped_on_error(this: Rule, module: ModuleFacts) -> Iterator[Finding]:
    """Report every entry point that waits for LiteLLM's logging on some ways only."""
    for entry in module.ending(*_WHERE):
        where = _WHERE[entry.ending]
        message = f"LiteLLM's logging of the calls of `{entry.coroutine}` {where}: put it into a `finally`"
        yield Finding(this.code, entry.at or entry.span, message, delivery_fix(entry, module.targets))
