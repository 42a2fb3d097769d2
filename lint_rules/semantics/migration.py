"""From the use of a symbol that the target lacks to what is written instead, or to the reason why nothing is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lint_rules.finding import Applicability, Fix, Name, Reimport, Respell, Span, UseSuccessors
from lint_rules.semantics.dated import CallSite, DatedUse, ImportedName, Place
from lint_rules.semantics.langfuse_api import GET_CLIENT, Successor, Symbol, keyword_symbol_of, symbol_of
from lint_rules.semantics.releases import Extent, Fact, Target


class NoWay(Exception):  # noqa: N818 - not an error: the reason why there is no fix
    """There is no rewrite that keeps the meaning; the text says why, in the middle of a sentence."""


@dataclass(frozen=True)
class Choice:
    """The successor for one place, and whether it means the same there."""

    successor: Successor
    applicability: Applicability


def migrate(use: DatedUse, target: Target) -> Fix:
    """Return the fix for a use. Raises `NoWay`."""
    if use.place is None:
        return _migrate_imports(use, target)
    is_keyword = use.path.endswith(")")
    choice = choose(use.symbol, target, None if is_keyword else use.place)
    respell = _respell_keyword(use, choice) if is_keyword else _respell(use.place, None, choice)
    return Fix(choice.applicability, UseSuccessors(places=(respell,)))


# Choosing a successor


def choose(symbol: Symbol, target: Target, place: Place | None) -> Choice:
    """Return the successor of a symbol that fits a place. Raises `NoWay`."""
    written = [one for one in symbol.successors if _exists(one, target) and one.applicability is not None]
    if not written:
        raise NoWay(_advice(symbol, target))
    fitting = [one for one in written if place is None or (_fits(one, place) and _takes_keywords(one, target, place))]
    if not fitting:
        raise NoWay(_misfit(symbol, written, place))
    best = fitting[0]
    if place is not None and place.observed is None:  # which observation is current is not visible: ask for least
        best = min(fitting, key=lambda one: len(one.accepts or ()))
    return Choice(best, _applicability(best, place))


def _exists(successor: Successor, target: Target) -> bool:
    """Tell whether every release of the target has a successor, and the way to it."""
    return all(target.has(fact) is Extent.ALWAYS for fact in _needed(successor))


def _needed(successor: Successor) -> tuple[Fact, ...]:
    return (GET_CLIENT, successor.fact) if successor.tail.startswith("()") else (successor.fact,)


def _fits(successor: Successor, place: Place) -> bool:
    call, observed = place.call, place.observed
    if call is None:
        return successor.accepts is None and not successor.adds and successor.result
    if successor.accepts is not None and (call.positional or not successor.accepts.issuperset(call.keywords)):
        return False
    if (successor.renames or successor.adds) and None in call.keywords:
        return False
    if successor.observes and observed and (successor.observes == "generation") != (observed.as_type == "generation"):
        return False
    return successor.result or call.is_statement


def _takes_keywords(successor: Successor, target: Target, place: Place) -> bool:
    """Tell whether a successor takes the keywords of a call in every release of the target."""
    keywords = [successor.renamed(keyword) for keyword in (place.call.keywords if place.call else ()) if keyword]
    symbols = (keyword_symbol_of(successor.fact.subject, keyword) for keyword in keywords)
    return all(symbol is None or target.has(symbol.fact) is Extent.ALWAYS for symbol in symbols)


def _applicability(successor: Successor, place: Place | None) -> Applicability:
    keywords = set(place.call.keywords) if place is not None and place.call is not None else set()
    observed = place.observed if place is not None else None
    unknown = successor.observes is not None and observed is None
    overruled = keywords & successor.overruled and (observed is None or observed.captures_output)
    if unknown or overruled or keywords & successor.shifts or successor.applicability is None:
        return Applicability.UNSAFE
    return successor.applicability


def _advice(symbol: Symbol, target: Target) -> str:
    """Say what a person can do where no successor can be written."""
    coming = [one for one in symbol.successors if all(fact.covers(target.newest) for fact in _needed(one))]
    for one in coming:
        absent = [fact.subject for fact in _needed(one) if target.has(fact) is not Extent.ALWAYS]
        if absent:
            return f"its successor needs `{absent[0]}`, which not every release of the target has"
    names = " or ".join(f"`{one.fact.subject}`" for one in coming)
    return symbol.instead or (f"its work is done by {names}" if names else "nothing takes its place")


def _misfit(symbol: Symbol, written: list[Successor], place: Place | None) -> str:
    """Say why no successor fits, by the keywords that none of them takes."""
    names = " or ".join(f"`{one.fact.subject.rpartition('.')[2]}`" for one in written)
    keywords = [one for one in place.call.keywords if one] if place is not None and place.call is not None else []
    accepted = frozenset().union(*(one.accepts or keywords for one in written))
    unknown = [f"`{keyword}`" for keyword in keywords if keyword not in accepted]
    because = f"{names} takes no {', '.join(unknown)}" if unknown else f"this use does not fit {names}"
    return f"{because}; {symbol.instead}" if symbol.instead else because


# Places


def _respell(place: Place, base: str | Name | None, choice: Choice) -> Respell:
    """Write a place otherwise. Without a base the receiver stays: only the attribute's name changes."""
    successor, call = choice.successor, place.call
    tail = successor.tail if base is not None else successor.fact.subject.rpartition(".")[2]
    renames = _renames(successor, call)
    touched = call.span if call is not None and (renames or successor.adds) else None
    return Respell(place.span, base, tail, touched, renames, successor.adds if touched else ())


def _renames(successor: Successor, call: CallSite | None) -> tuple[tuple[str, str], ...]:
    keywords = [one for one in call.keywords if one is not None] if call is not None else []
    return tuple((one, successor.renamed(one)) for one in keywords if successor.renamed(one) != one)


def _respell_keyword(use: DatedUse, choice: Choice) -> Respell:
    assert use.place is not None and use.place.call is not None
    old, new = (name.rpartition("(")[2].rstrip(")") for name in (use.symbol.dotted, choice.successor.fact.subject))
    return Respell(use.place.span, None, "", use.place.call.span, ((old, new),))


# Imports


@dataclass(frozen=True)
class _Moved:
    """What becomes of one imported name."""

    name: Name | None
    needs: tuple[Name, ...]
    places: tuple[Respell, ...]
    applicability: Applicability


def _migrate_imports(use: DatedUse, target: Target) -> Fix:
    """Move every name that is imported from there, and the places that use it: all of them, or none."""
    moved = [(name, _move(name, use.symbol, target)) for name in use.names]
    statements: dict[Span, list[tuple[ImportedName, _Moved]]] = {}
    for name, one in moved:
        statements.setdefault(name.statement, []).append((name, one))
    imports = tuple(_reimport(statement, names) for statement, names in statements.items())
    places = tuple(place for _, one in moved for place in one.places)
    return Fix(_worst(one.applicability for _, one in moved), UseSuccessors(imports, places))


def _worst(applicabilities: Iterable[Applicability]) -> Applicability:
    return Applicability.UNSAFE if Applicability.UNSAFE in applicabilities else Applicability.SAFE


def _reimport(statement: Span, names: list[tuple[ImportedName, _Moved]]) -> Reimport:
    needs = tuple(dict.fromkeys(need for _, one in names for need in one.needs))
    modules = {name[0] for _, one in names for name in ((one.name,) if one.name else ())} | {need[0] for need in needs}
    if len(modules) > 1 and not names[0][0].is_module:
        raise NoWay("its names have gone to several modules")
    return Reimport(statement, tuple((name.index, one.name) for name, one in names), needs)


def _move(name: ImportedName, root: Symbol, target: Target) -> _Moved:
    if name.is_module:
        return _move_module(name, root, target)
    symbol = symbol_of(name.dotted)
    if symbol is not None and not all(one.tail for one in symbol.successors):
        return _move_name(name, symbol, target)
    return _drop_name(name, root, target)


def _move_name(name: ImportedName, symbol: Symbol, target: Target) -> _Moved:
    """Import the name from elsewhere; it keeps its local name, so no place changes."""
    used = [place for place in name.places if place.dotted == name.dotted and place.call is not None]
    choices = [choose(symbol, target, place) for place in used] or [choose(symbol, target, None)]
    return _Moved(_split(choices[0].successor.fact.subject), (), (), _worst(one.applicability for one in choices))


def _drop_name(name: ImportedName, root: Symbol, target: Target) -> _Moved:
    """Do without the name: every place that uses it is written otherwise."""
    if name.trouble:
        raise NoWay(name.trouble)
    choices = [(place, _choose_at(place, root, target)) for place in name.places]
    places = tuple(_respell(place, _root(choice.successor), choice) for place, choice in choices)
    needs = tuple(dict.fromkeys(_root(choice.successor) for _, choice in choices))
    return _Moved(None, needs, places, _worst(choice.applicability for _, choice in choices))


def _move_module(name: ImportedName, root: Symbol, target: Target) -> _Moved:
    """Import the module that has the successors instead, under the same local name if the old one had one."""
    if name.trouble:
        raise NoWay(name.trouble)
    choices = [(place, _choose_at(place, root, target)) for place in name.places]
    modules = {_root(choice.successor)[0] for _, choice in choices}
    if len(modules) != 1:
        raise NoWay("its names have gone to several modules" if modules else _unknown(root))
    module = modules.pop()
    reached = name.local if name.is_renamed else module
    places = tuple(_respell(place, f"{reached}.{_root(choice.successor)[1]}", choice) for place, choice in choices)
    return _Moved((module, None), (), places, _worst(choice.applicability for _, choice in choices))


def _choose_at(place: Place, root: Symbol, target: Target) -> Choice:
    """Return the successor for a place that uses an imported name. Raises `NoWay` with the line."""
    symbol = symbol_of(place.dotted)
    try:
        if symbol is None:
            raise NoWay(_unknown(root))
        return choose(symbol, target, place)
    except NoWay as reason:
        raise NoWay(f"`{place.dotted.rpartition('.')[2]}` in line {place.span.line}: {reason}") from None


def _unknown(root: Symbol) -> str:
    return root.instead or "nothing is known to take its place"


def _root(successor: Successor) -> Name:
    """Return what has to be imported to write a successor."""
    return _split(GET_CLIENT.subject if successor.tail.startswith("()") else successor.fact.subject)


def _split(dotted: str) -> tuple[str, str]:
    module, _, name = dotted.rpartition(".")
    return module, name


def successors_of(fix: Fix) -> Iterator[str]:
    """Yield what a fix writes, as messages name it."""
    assert isinstance(fix.edit, UseSuccessors)
    names = (name for one in fix.edit.imports for _, name in one.names if name is not None and name[1])
    yield from dict.fromkeys(f"{module}.{name}" for module, name in names)
    yield from dict.fromkeys(_shown(place) for place in fix.edit.places)


def _shown(place: Respell) -> str:
    base = place.base if isinstance(place.base, str) else place.base[1] if place.base else None
    if base is not None:
        return f"{base}{place.tail}"
    return place.tail or "=".join((place.renames[0][1], ""))
