"""From what a project asks for to the releases that this linter tells apart.

A range holds more releases than anybody can name, but facts change at a few of them only: it is stood for by those
releases, the last ones before them, and its own ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache

from lint_rules.semantics import langfuse_api, sdk
from lint_rules.semantics.releases import Fact, Release, Target, release, shown
from lint_rules.targets.mention import Mention, is_pin, written

NEWEST: dict[str, Release] = {"litellm": (1, 106, 2), "langfuse": (5, 0, 4)}
"""The newest releases that the facts of this linter were measured on."""
OLDEST: dict[str, Release] = {"litellm": (1, 64, 1), "langfuse": (2, 60, 2)}
"""The oldest ones."""

_LAST = 999
"""What the last release before `1.76.0` is taken for: `1.75.999`. Nothing is called that, and every range that reaches
up to 1.76.0 holds it."""


def newest_known(package: str, notes: Iterable[str] = ()) -> Target:
    """Return the target of a project that says nothing, or nothing that can be understood."""
    newest = NEWEST[package]
    return Target(package, (newest,), shown(newest), "newest known", stated=False, note="; ".join(notes))


def target(mention: Mention, notes: list[str]) -> Target:
    """Return the target that a mention comes to; what there is to say about it is added to `notes`."""
    package, label = mention.package, f"{mention.package} {mention.wanted} ({mention.origin})"
    held = _held(mention)
    if not held:
        notes.append(f"{label} leaves no release: {shown(NEWEST[package])} is assumed")
        return newest_known(package, notes)
    newest, oldest = NEWEST[package], OLDEST[package]
    within = tuple(one for one in held if one <= newest)
    if not within:
        known = held[0][0] == newest[0]
        notes.append(f"{label} is newer than {shown(newest)}, the newest release that was measured")
        within = (newest,)
    else:
        known = within[-1] >= oldest
        if not known:
            notes.append(f"{label} is older than {shown(oldest)}, the oldest release that was measured")
    return Target(package, within, mention.wanted, mention.origin, known=known, note="; ".join(notes))


def _held(mention: Mention) -> list[Release]:
    """Return the releases worth telling apart that a mention allows, oldest first."""
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415 - most runs ask for no target

    named = [_padded(one) for text in mention.allowed for one in written(text)]
    ends = {*named, *(near for one in named for near in _neighbours(one))}
    reach = min({*ends, OLDEST[mention.package]})
    candidates = {shown(one) for one in {*ends, *_turning_points(mention.package)} if one >= reach}
    exact = {text.lstrip("= ") for text in mention.allowed if is_pin(text)}
    sets = [SpecifierSet(text) for text in mention.allowed]
    return sorted({_release(one) for one in candidates | exact if any(each.contains(one, True) for each in sets)})


def _release(version: str) -> Release:
    from packaging.version import Version  # noqa: PLC0415 - most runs ask for no target

    return _padded(Version(version).release)


def _padded(one: Release) -> Release:
    """Return `1.77` as `1.77.0`: tuples of different length do not compare as releases do."""
    return one + (0,) * (3 - len(one))


def _neighbours(one: Release) -> Iterator[Release]:
    major, minor, patch = one[:3]
    yield major, minor, patch + 1
    yield from _before(one)


def _before(one: Release) -> Iterator[Release]:
    major, minor, patch = one[:3]
    if patch:
        yield major, minor, patch - 1
    elif minor:
        yield major, minor - 1, _LAST
    elif major:
        yield major - 1, _LAST, _LAST


@cache
def _turning_points(package: str) -> frozenset[Release]:
    """Return the releases at which a fact about a package begins or ends, those before them, and the known ends."""
    facts = (fact for table in (sdk, langfuse_api) for fact in _facts(vars(table)) if fact.package == package)
    dates = (date for fact in facts for date in (fact.first, fact.gone))
    turns = {_padded(release(date)) for date in dates if date is not None}
    return frozenset({OLDEST[package], NEWEST[package], *turns, *(one for turn in turns for one in _before(turn))})


def _facts(value: object) -> Iterator[Fact]:
    """Yield every fact in the SDK tables, however deep it lies in them."""
    if isinstance(value, Fact):
        yield value
    elif isinstance(value, Mapping):
        for one in (*value.keys(), *value.values()):
            yield from _facts(one)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for one in value:
            yield from _facts(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _facts(getattr(value, field.name))
