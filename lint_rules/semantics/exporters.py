"""Which exporter a Langfuse callback sends through, and which flush reaches it: both depend on the releases.

Measured by running each flush right before `os._exit`, after LiteLLM had logged, on every pair of releases that works
(`docs/delivery.md`): a flush either reaches the callback's exporter or does nothing for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from lint_rules.finding import Flush
from lint_rules.semantics import sdk
from lint_rules.semantics.releases import Release, Targets

EVERY = frozenset(Flush)
"""What something may have flushed that is out of sight."""

_NOWHERE: frozenset[Flush] = frozenset()


def exporters(callback: str, litellm: Release, langfuse: Release) -> frozenset[Flush]:
    """Return the flushes that reach the exporter of a callback (one of `sdk.CALLBACK_NAMES`)."""
    if callback == "langfuse":
        return frozenset({Flush.LITELLM if sdk.EXPORTER_FLUSH.covers(litellm) else Flush.CALLBACK_CLIENTS})
    if sdk.PRIVATE_PROVIDERS.covers(litellm):
        return frozenset({Flush.PRIVATE_PROVIDERS})
    shared = {Flush.CLIENT} if sdk.GET_CLIENT.covers(langfuse) else _NOWHERE
    return frozenset({Flush.PROVIDER, *shared})


@dataclass(frozen=True)
class Missed:
    """A callback whose exporter is not reached under one of the target releases."""

    callback: str
    litellm: Release
    reaching: frozenset[Flush]
    """What would reach it."""


def missed(callbacks: frozenset[str], flushed: frozenset[Flush], targets: Targets) -> tuple[Missed, ...]:
    """Return for which callbacks, and under which of the target releases, none of the flushes reaches the exporter."""
    return tuple(_missed(callbacks, flushed, targets)) if flushed != EVERY else ()


def _missed(callbacks: frozenset[str], flushed: frozenset[Flush], targets: Targets) -> Iterator[Missed]:
    for callback, one, other in product(sorted(callbacks), targets.litellm.releases, targets.langfuse.releases):
        reaching = exporters(callback, one, other)
        if not reaching & flushed:
            yield Missed(callback, one, reaching)


def flushes(dotted: str) -> frozenset[Flush]:
    """Return the exporters that calling `dotted` flushes, as far as its name tells; none: it is no such flush."""
    if dotted == sdk.LITELLM_EXPORTER_FLUSH:
        return frozenset({Flush.LITELLM})
    owner, _, method = dotted.rpartition(".")
    if method in sdk.FLUSH_METHODS:
        if owner in sdk.LANGFUSE_CONTEXTS:
            return frozenset({Flush.CONTEXT})
        if owner in sdk.LANGFUSE_CLIENTS or owner in sdk.LANGFUSE_HANDLERS:
            return frozenset({Flush.CLIENT})
    return next((kinds for pattern, kinds in _BY_NAME if pattern.match(dotted)), _NOWHERE)


_BY_NAME = (
    (re.compile(r"litellm\..*\.Langfuse\.(flush|shutdown)$"), frozenset({Flush.CALLBACK_CLIENTS})),
    (
        re.compile(r"litellm\..*_tracer_provider_cache\..*\.(force_flush|shutdown)$"),
        frozenset({Flush.PRIVATE_PROVIDERS}),
    ),
    (
        re.compile(r"litellm\..*\.(_tracer_provider|tracer_provider)\.(force_flush|shutdown)$"),
        frozenset({Flush.PROVIDER}),
    ),
    (re.compile(r"opentelemetry\.trace\.get_tracer_provider\.(force_flush|shutdown)$"), frozenset({Flush.PROVIDER})),
    (re.compile(r"opentelemetry\.sdk\.trace\.TracerProvider\.(force_flush|shutdown)$"), EVERY),
)
"""Flushes of what LiteLLM and OpenTelemetry keep; a provider that the program makes itself may be anybody's."""

_KEPT = re.compile(
    r"litellm\.(.*\.)?(_async_success_callback|success_callback|callbacks|_in_memory_loggers|.*_cache\.values)$"
)


def keeps_exporters(dotted: str) -> bool:
    """Tell whether a loop over `dotted` goes over callbacks of LiteLLM or the tracer providers of one."""
    return bool(_KEPT.match(dotted))
