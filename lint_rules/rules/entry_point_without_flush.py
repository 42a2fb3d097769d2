"""LLM301 entry-point-without-flush: an async program ends before LiteLLM has logged its calls.

What it does
------------
Reports the call that runs a coroutine (`asyncio.run(main())` and its like) in a program that traces to Langfuse,
when no way through the coroutine waits for LiteLLM's logging.

Why is this bad
---------------
LiteLLM logs async calls from fire-and-forget tasks and, since 1.76.0, a background worker. `asyncio.run` cancels
them when the coroutine returns. Nothing has reached Langfuse by then, so a Langfuse flush flushes nothing either.

Bad
---
```python
litellm.success_callback = ["langfuse"]


async def main():
    await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Hi"}])


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
Safe: the coroutine's body goes into `try`, its `finally` awaits a helper that waits for LiteLLM's logging for ten
seconds at most, never raises into the program and logs what it could not deliver. It is written for the target
versions: it flushes the worker (litellm >= 1.76.0), waits for LiteLLM's own tasks (before that, and up to 1.83.12
besides), and where the process does not end normally flushes the callback's exporter in a thread. A helper that the
project already has is used instead. No fix for versions of which that is not known, or with which no trace can arrive.

Measured
--------
One awaited call and nothing behind it: 0 of 3 delivered in 13 of 14 combinations of litellm 1.64.1 to 1.106.2,
langfuse 2.60.2 to 5.0.4 and callback; only the worker of litellm 1.80.11 with langfuse 3.11.2 delivers at exit. Of
fifty calls at once, 0 to 49 arrive from litellm 1.77.7 on. With `await asyncio.sleep(0)` and
`await GLOBAL_LOGGING_WORKER.flush()`: 3 of 3 wherever the worker exists. Without the `sleep(0)` it has no queue yet
and its flush returns at once: 0 of 3 everywhere. `asyncio.run(GLOBAL_LOGGING_WORKER.flush())` afterwards: 3 of 3 with
litellm 1.106.2, hangs 3 of 3 with 1.77.7, 1.80.11, 1.85.7 and 1.92.2. All of it: `make matrix`,
docs/delivery.md#one-awaited-call, docs/delivery.md#fifty-calls-at-once. Programs that the fix rewrote deliver 5 of 5
in all 14, and it adds 0.04 s at most where there is nothing to deliver (docs/delivery.md#fixed-programs). By hand:
waiting for all of `asyncio.all_tasks()`, with two calls or a turn of the loop before it, hangs 3 of 3 with litellm
1.77.7 to 1.106.2, for the worker is one of them.

Known limits
------------
A second awaited call can hide the loss of the first: the finding stands, for the contract is still missing. Where calls
cannot be followed, names are: a program that may reach a flush is not reported. Of an application's lifespans and
shutdown handlers in a module, one that delivers is enough; those of other modules are not counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.finding import Applicability, DeliverTraces, Finding, Fix
from lint_rules.rules import Rule, rule
from lint_rules.semantics.facts import Ending, Ends, EntryPoint, ModuleFacts
from lint_rules.semantics.recipes import may_deliver, recipe_for
from lint_rules.semantics.releases import Extent, Targets

_HOW = {
    Ends.KILLED: "`os._exit` ends the process",
    Ends.FORKED: "its forked process ends without `atexit`",
    Ends.FROZEN: "its process may be frozen",
}


@rule("LLM301", "entry-point-without-flush", fix="safe")
def entry_point_without_flush(this: Rule, module: ModuleFacts) -> Iterator[Finding]:
    """Report every entry point that never waits for LiteLLM's logging."""
    for entry in module.ending(Ending.NOTHING):
        yield Finding(this.code, entry.span, _message(entry, module.targets), delivery_fix(entry, module.targets))
    for entry in module.ending(Ending.WAITS_IN_VAIN):
        yield Finding(this.code, entry.span, _in_vain(entry, module.targets))


def _message(entry: EntryPoint, targets: Targets) -> str:
    if not entry.callbacks:
        return _message_of_sdk(entry)
    if entry.runner == "shutdown":
        return (
            f"`{entry.coroutine}` shuts down without waiting for LiteLLM's logging: "
            "the Langfuse traces of the last calls are lost"
        )
    helper = entry.helper or entry.uncalled
    known = f"; `{helper}` waits for it but is not called" if helper else ""
    if entry.only is not None:
        known = (
            f"; the worker's flush on a new loop rescues them since litellm {entry.only.fact.first} ({targets.litellm})"
        )
    end = f"`{entry.runner}` ends" if entry.unwinds else "`os._exit` ends the process"
    return f"{end} before LiteLLM has logged the calls of `{entry.coroutine}`: their Langfuse traces are lost{known}"


def _message_of_sdk(entry: EntryPoint) -> str:
    if entry.ends is not Ends.NORMALLY:
        return f"`{entry.coroutine}` ends without flushing Langfuse, and {_HOW[entry.ends]}: its traces are lost"
    return (
        f"`{entry.coroutine}` ends without flushing Langfuse: a normal exit delivers its traces, "
        "but a killed, frozen or forked process loses them"
    )


def _in_vain(entry: EntryPoint, targets: Targets) -> str:
    """Say why it does not help to wait like that, and with which releases."""
    assert entry.only is not None
    some = "part of " if entry.only.extent(targets) is Extent.PARTLY else ""
    waits = f"`{entry.coroutine}` waits for LiteLLM's logging"
    if not entry.only.holds:
        return f"{waits} with `GLOBAL_LOGGING_WORKER` alone, which {some}{targets.litellm} does not have"
    return f"{waits} by way of every task of the loop: with {some}{targets.litellm} one of them never ends"


def delivery_fix(entry: EntryPoint, targets: Targets) -> Fix | None:
    """Return the fix that delivers in a `finally` of the entry point's coroutine, if it is known how."""
    recipe = recipe_for(entry, targets)
    helper = entry.helper if entry.ends is Ends.NORMALLY else None  # it waits, but does it flush what exports?
    if entry.definition is None or (recipe is None and helper is None) or not may_deliver(entry, targets):
        return None
    partly = entry.ending in (Ending.ONLY_WITHOUT_ERROR, Ending.ONLY_ON_SOME_PATHS)
    sound = partly and entry.ends is Ends.NORMALLY and not entry.waits_in_vain(targets)
    late = (entry.sleep,) if entry.sleep is not None else ()
    edit = DeliverTraces(
        entry.definition,
        flush=entry.flush_statement if entry.ending in (Ending.FLUSH_BEFORE_LOGGING, Ending.SLEEP) else None,
        helper=helper,
        recipe=recipe,
        steps=entry.steps if sound else (),
        replaced=late or (() if sound else entry.steps),
    )
    return Fix(Applicability.SAFE, edit)
