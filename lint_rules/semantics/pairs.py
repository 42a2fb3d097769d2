"""Which LiteLLM and Langfuse releases work together, for each way of registering a Langfuse callback.

Every row was run (`tests/semantics/test_pairs.py` runs them again): one awaited call, a second's patience, and a look
at what had arrived. What depends on a package that neither SDK brings along is left open: nothing here knows what
else is installed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from lint_rules.semantics import sdk
from lint_rules.semantics.releases import Extent, Release, Target, Targets

LANGFUSE, OTEL = "langfuse", "langfuse_otel"
LOUD = frozenset({"success_callback", "failure_callback"})
"""The lists of which LiteLLM makes loggers in the call itself; elsewhere (`callbacks`, keywords of a call) an error is
only logged."""


class Fate(Enum):
    """What becomes of the calls that a callback is to trace."""

    WORKS = "works"
    RAISES = "raises"
    """Each call raises."""
    LOSES = "loses silently"
    """The error is logged, the call goes on, and nothing ever arrives."""
    IGNORED = "ignored"
    """The name is not known yet: not even an error is logged."""
    OPEN = "open"
    """That depends on a package that neither SDK installs."""


@dataclass(frozen=True)
class Outcome:
    """A fate, with the error that is raised or logged, or the package that it depends on."""

    fate: Fate
    detail: str = ""

    @property
    def delivers(self) -> bool:
        """Tell whether traces can arrive at all."""
        return self.fate in (Fate.WORKS, Fate.OPEN)


WORKS = Outcome(Fate.WORKS)


def outcome(callback: str, kind: str, litellm: Release, langfuse: Release) -> Outcome:
    """Return what becomes of calls when `callback` is registered in the list `kind`, as `Registration.kind` says."""
    if callback == OTEL:
        return _outcome_of_otel(litellm, langfuse)
    error = _error_of_langfuse(litellm, langfuse)
    if not error:
        return WORKS
    return Outcome(Fate.RAISES if kind in LOUD else Fate.LOSES, error)


def _outcome_of_otel(litellm: Release, langfuse: Release) -> Outcome:
    if not sdk.OTEL_CALLBACK.covers(litellm):
        return Outcome(Fate.IGNORED, f"litellm knows no such callback before {sdk.OTEL_CALLBACK.first}")
    if not sdk.BRINGS_OTEL.covers(langfuse):
        return Outcome(Fate.OPEN, "opentelemetry-sdk and opentelemetry-exporter-otlp")
    if sdk.OTEL_NEEDS_GRPC.covers(litellm) and not sdk.BRINGS_GRPC.covers(langfuse):
        return Outcome(Fate.OPEN, "opentelemetry-exporter-otlp")
    if sdk.OTEL_NEEDS_SETTINGS.covers(litellm):
        return Outcome(Fate.OPEN, "pydantic-settings")
    return WORKS


def _error_of_langfuse(litellm: Release, langfuse: Release) -> str:
    """Return the error with which the "langfuse" callback fails to be made; empty when it works."""
    if sdk.NEEDS_LANGFUSE_4_7.covers(litellm):
        return "" if sdk.LANGFUSE_4_7.covers(langfuse) else _requires(langfuse)
    if sdk.VERSION_MODULE.covers(langfuse):
        known = sdk.TAKES_INTEGRATION.covers(langfuse)
        return "" if known else "TypeError: Langfuse.__init__() got an unexpected keyword argument 'sdk_integration'"
    return "AttributeError: module 'langfuse' has no attribute 'version'"


def _requires(installed: Release) -> str:
    return (
        "ImportError: litellm requires langfuse>=4.7,<5 for the 'langfuse' callback, "
        f"but {named(installed)} is installed"
    )


def named(one: Release) -> str:
    """Return a release as messages name it: the last one of a minor version, whatever its number, as `1.75.x`."""
    return ".".join("x" if part >= _BEYOND else str(part) for part in one)


_BEYOND = 999
"""No release has a number as high as this; a range that ends before 1.76.0 is taken to end with 1.75.999."""


@dataclass(frozen=True)
class Verdict:
    """How a registration fares with all releases that a project may run with."""

    extent: Extent
    """For how many of the pairs it cannot deliver."""
    litellm: Release = ()
    langfuse: Release = ()
    """A pair with which it fails, the newest one that does; empty when none does."""
    outcome: Outcome = WORKS
    """What happens with that pair."""

    def fails_newest(self, targets: Targets) -> bool:
        """Tell whether it fails with what a fresh installation would bring."""
        return (self.litellm, self.langfuse) == (targets.litellm.newest, targets.langfuse.newest)


def judge(callback: str, kind: str, targets: Targets) -> Verdict:
    """Judge a registration by every pair of releases that the project may run with."""
    fares = [(*pair, outcome(callback, kind, *pair)) for pair in _pairs(targets)]
    failing = [fare for fare in fares if not fare[2].delivers]
    extent = Extent.of(not fare[2].delivers for fare in fares)
    return Verdict(extent, *max(failing, key=lambda fare: fare[:2])) if failing else Verdict(extent)


def _pairs(targets: Targets) -> Iterator[tuple[Release, Release]]:
    for litellm in targets.litellm.releases:
        for langfuse in targets.langfuse.releases:
            yield litellm, langfuse


def is_certain(target: Target) -> bool:
    """Tell whether findings may be built on a target: somebody has stated it, and the facts reach that far."""
    return target.stated and target.known


def can_deliver(callbacks: Iterable[str], targets: Targets) -> bool:
    """Tell whether traces of LiteLLM's calls can arrive by one of these callbacks, with some pair of the releases.

    Where the releases are not certain, they can: a guess is no reason to withhold anything.
    """
    if not (is_certain(targets.litellm) and is_certain(targets.langfuse)):
        return True
    return any(outcome(name, "callbacks", *pair).delivers for name in callbacks for pair in _pairs(targets))


MERGES = (sdk.SPAN_MERGED_AT_FIRST, sdk.SPAN_MERGED)
"""The stretches of LiteLLM in which langfuse_otel makes no generation inside an active span."""


def merges_spans(litellm: Release) -> bool:
    """Tell whether "langfuse_otel" writes onto the active span instead of making a generation."""
    return any(fact.covers(litellm) for fact in MERGES)


def span_switches(litellm: Release) -> frozenset[str]:
    """Return the environment variables with which it makes a generation inside an active span, too."""
    context = {sdk.SPAN_SWITCH_CONTEXT} if sdk.CONTEXT_SWITCH.covers(litellm) else set()
    return frozenset({sdk.SPAN_SWITCH_REQUEST, *context})


def remedies(callback: str, litellm: Release, langfuse: Release) -> Iterator[str]:
    """Yield what would work instead of a callback that does not work with a pair, the least change first."""
    if callback == LANGFUSE and _outcome_of_otel(litellm, langfuse).fate is Fate.WORKS:
        yield '`callbacks = ["langfuse_otel"]` works with this pair'
    if callback == LANGFUSE:
        supported = ">=4.7,<5" if sdk.NEEDS_LANGFUSE_4_7.covers(litellm) else "<3"
        yield f"langfuse{supported} works with this litellm"
        return
    if not _error_of_langfuse(litellm, langfuse):
        yield '`success_callback = ["langfuse"]` works with this pair'
    yield f"litellm>={sdk.OTEL_CALLBACK.first} knows the name"


SPAN_REMEDY = "set USE_OTEL_LITELLM_REQUEST_SPAN=true in the environment for a generation of its own inside the span"
"""How "langfuse_otel" makes a generation inside an active span after all, wherever spans are merged."""
