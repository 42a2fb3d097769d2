"""What a delivery helper has to do for an entry point: read off the facts, for the versions of the project."""

from __future__ import annotations

from lint_rules.finding import Flush, Recipe, Wait
from lint_rules.semantics import sdk
from lint_rules.semantics.entries import Ends, EntryPoint
from lint_rules.semantics.releases import Extent, Targets

_WAITS = {Extent.ALWAYS: Wait.WORKER, Extent.PARTLY: Wait.EITHER, Extent.NEVER: Wait.TASKS}


def recipe_for(entry: EntryPoint, targets: Targets) -> Recipe | None:
    """Return how to deliver the traces of an entry point; None when that is not known for the target versions.

    LiteLLM's logging has to be waited for inside the loop. The exporter is flushed by a normal exit, so that step is
    taken only where the process ends otherwise, and for traces of the Langfuse SDK, where there is no other step.
    """
    if not entry.callbacks:
        flush = _sdk_flush(targets)
        return Recipe(Wait.NOTHING, (flush,)) if flush is not None else None
    if not targets.litellm.known:
        return None
    wait = _WAITS[targets.litellm.has(sdk.LOGGING_WORKER)]
    if entry.ends is Ends.NORMALLY:
        return Recipe(wait)
    flushes = [_exporter_flush(callback, targets) for callback in sorted(entry.callbacks)]
    known = tuple(flush for flush in flushes if flush is not None)
    return Recipe(wait, known) if len(known) == len(flushes) else None


def _sdk_flush(targets: Targets) -> Flush | None:
    if not targets.langfuse.known:
        return None
    extent = targets.langfuse.has(sdk.GET_CLIENT)
    return {Extent.ALWAYS: Flush.CLIENT, Extent.NEVER: Flush.CONTEXT}.get(extent)


def _exporter_flush(callback: str, targets: Targets) -> Flush | None:
    """Return the flush that reaches a callback's exporter whichever of the target releases it is."""
    if callback == "langfuse":
        extent, since, before = targets.litellm.has(sdk.EXPORTER_FLUSH), Flush.LITELLM, Flush.CALLBACK_CLIENTS
    else:
        extent, since, before = targets.litellm.has(sdk.PRIVATE_PROVIDERS), Flush.PRIVATE_PROVIDERS, Flush.PROVIDER
    return {Extent.ALWAYS: since, Extent.NEVER: before}.get(extent)
