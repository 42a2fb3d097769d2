"""What a delivery helper has to do for an entry point: read off the facts, for the versions of the project."""

from __future__ import annotations

from itertools import product

from lint_rules.finding import Flush, Recipe, Wait
from lint_rules.semantics import sdk
from lint_rules.semantics.endings import Ends, EntryPoint
from lint_rules.semantics.exporters import exporters
from lint_rules.semantics.pairs import OTEL, can_deliver, is_certain, merges_spans
from lint_rules.semantics.releases import Extent, Release, Target, Targets


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
    wait = wait_for_logging(targets.litellm)
    if entry.ends is Ends.NORMALLY:
        return Recipe(wait)
    flushes = [_exporter_flush(callback, targets) for callback in sorted(entry.callbacks)]
    known = tuple(flush for flush in flushes if flush is not None)
    return Recipe(wait, known) if len(known) == len(flushes) else None


def may_deliver(entry: EntryPoint, targets: Targets) -> bool:
    """Tell whether any delivery can help at all: LLM402 and LLM403 say when not."""
    if not entry.callbacks:
        return True
    merged = OTEL in entry.callbacks and entry.spanned and any(map(merges_spans, targets.litellm.releases))
    return can_deliver(entry.callbacks, targets) and not (merged and is_certain(targets.litellm))


def wait_for_logging(litellm: Target) -> Wait:
    """Return the way to wait for LiteLLM's logging that works with every one of the target releases."""
    ways = {_way_to_wait(one) for one in litellm.releases}
    if len(ways) == 1:
        return ways.pop()
    return Wait.EITHER if Wait.TASKS in ways else Wait.WORKER_AND_TASKS


def _way_to_wait(litellm: Release) -> Wait:
    if not sdk.LOGGING_WORKER.covers(litellm):
        return Wait.TASKS
    return Wait.WORKER if sdk.FLUSH_WAITS_FOR_STARTED.covers(litellm) else Wait.WORKER_AND_TASKS


def _sdk_flush(targets: Targets) -> Flush | None:
    if not targets.langfuse.known:
        return None
    extent = targets.langfuse.has(sdk.GET_CLIENT)
    return {Extent.ALWAYS: Flush.CLIENT, Extent.NEVER: Flush.CONTEXT}.get(extent)


def _exporter_flush(callback: str, targets: Targets) -> Flush | None:
    """Return a flush that reaches a callback's exporter with every pair of the target releases."""
    pairs = product(targets.litellm.releases, targets.langfuse.releases)
    reaching = frozenset.intersection(*(exporters(callback, *pair) for pair in pairs))
    return next((flush for flush in Flush if flush in reaching), None)
