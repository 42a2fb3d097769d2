"""LLM302 sleep-instead-of-flush: a sleep where LiteLLM's logging should be waited for.

What it does
------------
Reports `asyncio.sleep(n)` at the end of an async program that traces to Langfuse, when nothing else waits for
LiteLLM's logging after it.

Why is this bad
---------------
The sleep works while the machine is idle and Langfuse answers at once, and always costs its n seconds. Under load,
or before a process that does not end normally, traces are lost.

Bad
---
```python
litellm.success_callback = ["langfuse"]


async def main():
    await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Hi"}])
    await asyncio.sleep(2)


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
Safe: the sleep goes away, and the helper of LLM301 is awaited in a `finally` of the coroutine; a Langfuse flush right
after the sleep stays behind the helper.

Measured
--------
Against an idle loop and an instant Langfuse a sleep of 1 s delivers 3 of 3 in each of 14 combinations of litellm
1.64.1 to 1.106.2, langfuse 2.60.2 to 5.0.4 and callback (`make matrix`, docs/delivery.md#one-awaited-call). Before
`os._exit` it delivers 3 of 3 in the 6 with "langfuse" and 0 of 3 in the 8 with "langfuse_otel", whose exporter sends
every five seconds (docs/delivery.md#which-flush-empties-the-exporter); a sleep of 0.1 s delivers there in none of 8
(by hand).

Known limits
------------
A sleep that paces the program's own calls is reported when it comes after the last of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.finding import Finding
from lint_rules.rules import Rule, rule
from lint_rules.rules.entry_point_without_flush import delivery_fix
from lint_rules.semantics.facts import Ending, ModuleFacts


@rule("LLM302", "sleep-instead-of-flush", fix="safe")
def sleep_instead_of_flush(this: Rule, module: ModuleFacts) -> Iterator[Finding]:
    """Report every sleep that stands in for waiting."""
    for entry in module.ending(Ending.SLEEP):
        if entry.at is not None:
            message = (
                f"this sleep stands where LiteLLM's logging of the calls of `{entry.coroutine}` should be waited for: "
                "it delivers their traces by luck"
            )
            yield Finding(this.code, entry.at, message, delivery_fix(entry, module.targets))
