"""LLM305 flush-misses-exporter: LiteLLM has logged, but what it logged is not sent before the process ends.

What it does
------------
Reports an async program that waits for LiteLLM's logging, and then ends its process without a normal exit
(`os._exit`, a forked worker, a frozen cloud function), when nothing flushes the exporter that the callback in use
really has under the target versions. A flush that goes elsewhere is named, and so is the one that would reach it.

Why is this bad
---------------
What has been logged waits in the exporter for a background thread to send it. A normal exit sends it; `os._exit`, the
end of a forked process and a freeze do not. Langfuse's own `flush()` looks like the remedy, but LiteLLM's callbacks
mostly export through clients and providers of their own, which it does not know of.

Bad
---
```python
litellm.success_callback = ["langfuse"]


async def main():
    try:
        await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Hi"}])
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()
        langfuse.get_client().flush()


def handler(event, context):
    asyncio.run(main())
```

Good
----
```python
from litellm.integrations.langfuse.langfuse_sdk import flush_langfuse_tracing

litellm.success_callback = ["langfuse"]


async def main():
    try:
        await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Hi"}])
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()
        flush_langfuse_tracing()


def handler(event, context):
    asyncio.run(main())
```

Fix safety
----------
Safe: the helper of LLM301, which then flushes the right exporter as well, comes in place of what waits now. The flush
runs in a daemon thread, for five seconds at most. Where it has to reach into LiteLLM (see Measured: the callbacks'
clients, the private providers) it was run on the versions at hand. No fix where `os._exit` ends the coroutine itself.

Measured
--------
Each flush after LiteLLM had logged, right before `os._exit(0)`, three runs each, all or nothing (`make matrix`,
docs/delivery.md#which-flush-empties-the-exporter):

| callback | litellm | langfuse | delivers | does not |
|---|---|---|---|---|
| langfuse | 1.64.1, 1.72.6, 1.77.7, 1.92.2 | 2.60 | the callbacks' clients | `langfuse_context`, `Langfuse()` |
| langfuse | 1.106.2 | 4.18 | `flush_langfuse_tracing()` | `get_client()`, `Langfuse()` |
| langfuse_otel | 1.77.7, 1.80.11 | 3 | `get_client()`, the global provider | none at all |
| langfuse_otel | 1.85.7, 1.92.2, 1.106.2 | 3 to 5 | the private providers | `get_client()`, `Langfuse()` |

Without a flush, after LiteLLM had logged: `os._exit` 0 of 3 in all 14 columns, and after 6 s more 3 of 3. By hand: a
forked `Process`, `Pool` or `ProcessPoolExecutor` 0 of 3 on Python 3.11, a `Pool` that `with` ends 0 of 3 on 3.13 too;
3 of 3 when the process is spawned, lives on for 8 s, or exits normally (see docs/verdicts.md#processes).

Known limits
------------
From Python 3.13 on, `multiprocessing` runs `atexit`, so that workers that are not terminated deliver. A function of
another module that forks or freezes is not seen. A flush on one way counts for all.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.finding import Finding, Flush
from lint_rules.rules import Rule, rule
from lint_rules.rules.entry_point_without_flush import delivery_fix
from lint_rules.semantics.exporters import Missed, missed
from lint_rules.semantics.facts import Ending, Ends, EntryPoint, ModuleFacts
from lint_rules.semantics.releases import Target, shown

_HOW = {
    Ends.KILLED: "`os._exit` ends the process before it is sent",
    Ends.FORKED: "the forked process ends without `atexit` before it is sent (unless Python 3.13 runs it)",
    Ends.FROZEN: "the process may be frozen before it is sent",
}
_CALLED = {
    Flush.LITELLM: "`flush_langfuse_tracing()`",
    Flush.CALLBACK_CLIENTS: "`flush()` of the callback's own `Langfuse` client",
    Flush.PROVIDER: "`force_flush()` of OpenTelemetry's global provider",
    Flush.PRIVATE_PROVIDERS: "`force_flush()` of the providers in the callback's `_tracer_provider_cache`",
    Flush.CLIENT: "the Langfuse client's `flush()`",
    Flush.CONTEXT: "`langfuse_context.flush()`",
}


@rule("LLM305", "flush-misses-exporter", fix="safe")
def flush_misses_exporter(this: Rule, module: ModuleFacts) -> Iterator[Finding]:
    """Report every entry point whose exporter is not flushed where the process does not end normally."""
    for entry in module.ending(Ending.EXPORTER_UNFLUSHED):
        misses = missed(entry.callbacks, entry.flushed, module.targets)
        if misses:
            message = _message(entry, misses, module.targets.litellm)
            yield Finding(this.code, entry.at or entry.span, message, delivery_fix(entry, module.targets))


def _message(entry: EntryPoint, misses: tuple[Missed, ...], target: Target) -> str:
    first = misses[0]
    logged = f"what LiteLLM has logged of the calls of `{entry.coroutine}` waits in the exporter of its "
    called = " and ".join(_CALLED[flush] for flush in Flush if flush in entry.flushed)
    why = f"{called} flushes another one" if called else "nothing flushes it"
    remedy = " or ".join(_CALLED[flush] for flush in Flush if flush in first.reaching)
    return (
        f'{logged}"{first.callback}" callback, and {_HOW[entry.ends]}: {why}; '
        f"{remedy} reaches it{_releases(misses, target)}"
    )


def _releases(misses: tuple[Missed, ...], target: Target) -> str:
    """Say for which of several target releases this is so."""
    concerned = sorted({one.litellm for one in misses})
    if len(target.releases) == 1:
        return f" ({target})"
    if len(concerned) == len(target.releases):
        return f" (litellm {shown(concerned[0])}; {target})"
    span = shown(concerned[0]) if len(concerned) == 1 else f"{shown(concerned[0])} to {shown(concerned[-1])}"
    return f" (litellm {span}, which {target.wanted} allows)"
