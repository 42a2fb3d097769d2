"""What rules read: plain facts about one module, with positions as a reader counts them."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from lint_rules.finding import Span, Step
from lint_rules.semantics import sdk
from lint_rules.semantics.bindings import Bindings
from lint_rules.semantics.dated import DatedUse, dated_uses
from lint_rules.semantics.endings import Ending, Ends, EntryPoint
from lint_rules.semantics.entries import entry_points
from lint_rules.semantics.environment import path_of
from lint_rules.semantics.infer import Machine
from lint_rules.semantics.lifespans import is_endpoint, serves_requests
from lint_rules.semantics.narrow import Decision
from lint_rules.semantics.record import Exit, Record, Use, place_of
from lint_rules.semantics.registrations import Registration, Spanned, registrations
from lint_rules.semantics.releases import Extent, Targets
from lint_rules.semantics.source import Source, shorten
from lint_rules.semantics.syntax import children, holds, imports, leaves_parameter_early, nodes_of, own_nodes, walk
from lint_rules.semantics.values import External, FunctionInfo, Home
from lint_rules.settings import EVERYTHING, Settings

__all__ = [
    "ContentUse",
    "Decision",
    "Ending",
    "Ends",
    "EntryPoint",
    "ModuleFacts",
    "Registration",
    "Source",
    "Spanned",
    "StreamExit",
    "facts_of",
]


@dataclass(frozen=True)
class StreamExit:
    """A `break`, `return` or `raise` that leaves a loop over a LiteLLM stream, on some way never read to its end."""

    span: Span
    keyword: str
    stream: str
    """The iterable as the program writes it, shortened."""
    subject: str
    """The stream as messages name it, with where it comes from when that is a generator of the project."""
    is_async: bool
    decided_by: Decision
    loop: Span
    loop_has_else: bool
    drainable: bool
    resumable: str | None
    """An expression that denotes the loop's iterator at the exit; None when the iterable must be given a name first."""
    made_by: frozenset[str] = frozenset()
    """The SDK callables whose very result is iterated; none where that is something around it."""
    read_on: bool = False
    """Something else reads the stream, too, perhaps after this exit."""
    trace: tuple[Step, ...] = ()
    """How the stream got here from the SDK call that made it."""


@dataclass(frozen=True)
class ContentUse:
    """A delta's content, possibly None, that flows into a "concat", "join", "render", "attribute" or "item".

    A join of a list is where the list was given the content: that is where a reader has to write `or ""`.
    """

    span: Span
    how: str
    text: str
    """The operand as the program writes it, shortened."""
    repair: Span | None
    """The expression after which `or ""` makes the use safe, where there is a single one in sight."""


@dataclass(frozen=True)
class UnreadStream:
    """A stream that is made and then not iterated. `stepped`: single elements are taken from it by hand."""

    span: Span
    callable: str
    is_async: bool
    stepped: bool


@dataclass(frozen=True)
class BlockingFlush:
    """A synchronous flush of Langfuse inside a coroutine that serves requests."""

    span: Span
    handler: str


@dataclass(frozen=True)
class ModuleFacts:
    """All facts of one module, in source order, the SDKs that it may run with, and how it is checked."""

    targets: Targets
    settings: Settings = EVERYTHING

    stream_exits: tuple[StreamExit, ...] = ()
    content_uses: tuple[ContentUse, ...] = ()
    entry_points: tuple[EntryPoint, ...] = ()
    unread_streams: tuple[UnreadStream, ...] = ()
    blocking_flushes: tuple[BlockingFlush, ...] = ()
    registrations: tuple[Registration, ...] = ()
    dated_uses: tuple[DatedUse, ...] = ()
    """Of names of Langfuse's that some of its releases do not have."""

    def ending(self, *endings: str) -> Iterator[EntryPoint]:
        """Yield the entry points that end in one of these ways (see `Ending`), under one of the target releases."""
        for entry in self.entry_points:
            if entry.ending in endings and (entry.only is None or entry.only.extent(self.targets) is not Extent.NEVER):
                yield entry


def facts_of(machine: Machine, source: Source, targets: Targets, settings: Settings = EVERYTHING) -> ModuleFacts:
    """Return the facts of a module that has been interpreted."""
    record = _with_callers(machine)
    return ModuleFacts(
        targets,
        settings,
        stream_exits=_sorted(_stream_exits(record, source, machine.home)),
        content_uses=_sorted(_content_uses(record, source, machine.home)),
        entry_points=_sorted(entry_points(machine, record, source)),
        unread_streams=_sorted(_unread_streams(record, source, machine.home)),
        blocking_flushes=_sorted(_blocking_flushes(record, source)),
        registrations=_sorted(registrations(machine, record, source, targets)),
        dated_uses=_sorted(_dated_uses(machine, record, source)),
    )


def _dated_uses(machine: Machine, record: Record, source: Source) -> Iterator[DatedUse]:
    """Yield the uses of names of Langfuse's API that not every release has; Langfuse itself may use them all."""
    home = machine.home
    if not home.is_sdk and (record.references or imports(machine.tree, sdk.LANGFUSE)):
        yield from dated_uses(Bindings(machine.tree, home.find), record.references, source, home.exports)


class _Placed(Protocol):
    @property
    def span(self) -> Span: ...


_AnyFact = TypeVar("_AnyFact", bound=_Placed)


def _sorted(facts: Iterable[_AnyFact]) -> tuple[_AnyFact, ...]:
    return tuple(sorted(facts, key=lambda fact: fact.span))


def _with_callers(machine: Machine) -> Record:
    """A parameter that every caller in the project passes a stream is one: look at the callers in other modules."""
    leaving = list(_given_from_outside(machine))
    if not leaving:
        return machine.record
    record = machine.record.apart()
    nodes = {place_of(node): node for node in nodes_of(machine.tree) if isinstance(node, ast.stmt)}
    for other in machine.home.callers(frozenset(node.name for node in leaving)):
        record.adopt(other, machine.home, nodes)
        record.adopt_passes(other, leaving)
    return record


def _given_from_outside(machine: Machine) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the functions that leave a loop over a parameter early, where it matters what other modules pass: that may
    be a stream, or it was one here."""
    if machine.home.is_sdk:
        return
    interest = machine.home.interest()
    left = {exit_.function.node for exit_ in machine.record.exits.values() if exit_.function is not None}
    for node in nodes_of(machine.tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not leaves_parameter_early(node):
            continue
        if interest is None or node.name in interest.given or node in left:
            yield node


def _stream_exits(record: Record, source: Source, home: Home) -> Iterator[StreamExit]:
    for exit_ in record.exits.values():
        if exit_.function is not None and exit_.function.home is not home:
            continue
        if exit_.lost and record.loops[exit_.loop].confirmed() and not _read_elsewhere(exit_, record):
            yield StreamExit(
                span=source.span(exit_.node),
                keyword=type(exit_.node).__name__.lower(),
                stream=shorten(exit_.loop.iter),
                subject=_subject(exit_, home),
                is_async=isinstance(exit_.loop, ast.AsyncFor),
                decided_by=exit_.decisions.pop() if len(exit_.decisions) == 1 else Decision.OTHER,
                loop=source.span(exit_.loop),
                loop_has_else=bool(exit_.loop.orelse),
                drainable=not exit_.stream.restarts,
                resumable=_resumable(exit_.loop),
                made_by=_made_by(exit_),
                read_on=_is_read_on(exit_, record),
                trace=_trace(exit_, home),
            )


def _trace(exit_: Exit, home: Home) -> tuple[Step, ...]:
    keyword = type(exit_.node).__name__.lower()
    return (
        *exit_.stream.via,
        Step(home.name, exit_.loop.lineno, f"`{shorten(exit_.loop.iter)}` is iterated"),
        Step(home.name, exit_.node.lineno, f"`{keyword}` leaves the loop"),
    )


def _subject(exit_: Exit, home: Home) -> str:
    """`the LiteLLM stream `response``, or the generator that suspends one."""
    name = shorten(exit_.loop.iter)
    if exit_.stream.generator is not None:
        return f"`{name}`, which suspends the LiteLLM stream in `{exit_.stream.generator}`,"
    made = exit_.stream.via[0] if exit_.stream.via else None
    if made is None or made.path == home.name:
        return f"the LiteLLM stream `{name}`"
    return f"the LiteLLM stream `{name}` (made at `{os.path.relpath(made.path, Path(home.name).parent)}:{made.line}`)"


def _blocking_flushes(record: Record, source: Source) -> Iterator[BlockingFlush]:
    for flush in record.blocking.values():
        info = flush.function
        bases = [base.dotted for base in info.owner.bases if isinstance(base, External)] if info.owner else []
        if serves_requests(info.node, registered=info in record.handlers) or is_endpoint(info.node, bases):
            yield BlockingFlush(source.span(flush.node), info.name)


def _unread_streams(record: Record, source: Source, home: Home) -> Iterator[UnreadStream]:
    for origin, made in record.made.items():
        foreign = made.function is not None and made.function.home is not home
        is_one = not made.undecided or origin in record.awaited
        if is_one and origin not in record.consumed and not foreign:
            yield UnreadStream(source.span(made.node), origin.callable, made.is_async, origin in record.stepped)


def _read_elsewhere(exit_: Exit, record: Record) -> bool:
    """A stream kept in an attribute that another loop reads too: that loop may come back to it."""
    kept = exit_.stream.origins & record.held
    return any(loop is not exit_.loop for origin in kept for loop in record.streams.get(origin, ()))


def _is_read_on(exit_: Exit, record: Record) -> bool:
    """Tell whether a stream has to stay open: something reads it behind the exit, or in the same function, of which a
    `finally` may be; or it is not known what does, because it comes from another module."""
    origins = exit_.stream.origins
    loops = {loop for origin in origins for loop in record.streams.get(origin, ())}
    if origins & record.resumed or exit_.loop not in loops:
        return True
    around = exit_.function.node if exit_.function is not None else None
    return any(around is None or holds(around, loop) for loop in loops - {exit_.loop})


_HANDED_THROUGH = frozenset({"cast", "typing.cast", "aiter", "iter", "enumerate"})
"""Calls around an iterable that read from the very object they are given."""


def _unwrapped(iterable: ast.expr) -> ast.expr:
    while isinstance(iterable, ast.Call) and iterable.args and (path_of(iterable.func) or "") in _HANDED_THROUGH:
        iterable = iterable.args[1 if (path_of(iterable.func) or "").endswith("cast") else 0]
    return iterable


def _made_by(exit_: Exit) -> frozenset[str]:
    """Return what made the iterated stream; nothing for a generator around it, and what else may be around it."""
    stream, iterable = exit_.stream, _unwrapped(exit_.loop.iter)
    if stream.generator is not None or stream.restarts or isinstance(iterable, ast.Call):
        return frozenset()
    return frozenset(origin.callable for origin in stream.origins)


def _resumable(loop: ast.For | ast.AsyncFor) -> str | None:
    iterable = _unwrapped(loop.iter)
    if isinstance(iterable, ast.NamedExpr):
        return iterable.target.id
    if not _is_dotted(iterable) or _rebinds(loop, path_of(iterable) or ""):
        return None
    return ast.unparse(iterable)


def _is_dotted(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _rebinds(loop: ast.For | ast.AsyncFor, path: str) -> bool:
    """Tell whether the loop itself assigns the path it iterates over, or what it hangs on."""
    for node in walk(loop):
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            stored = path_of(node)
            if stored is not None and (path == stored or path.startswith(stored + ".")):
                return True
    return False


def _content_uses(record: Record, source: Source, home: Home) -> Iterator[ContentUse]:
    for use in record.uses.values():
        if use.function is not None and use.function.home is not home:
            continue
        if use.contents and use.sightings.confirmed():
            repair = _repair(use)
            handed_in = use.how == "join" and repair is not None and not holds(use.node, repair)
            yield ContentUse(
                source.span(repair if handed_in and repair is not None else use.node),
                use.how,
                shorten(repair if handed_in and repair is not None else use.operand),
                source.span(repair) if repair is not None else None,
            )


def _repair(use: Use) -> ast.expr | None:
    """Return the expression to write `or ""` after: where the content was read if nothing there needs its None,
    else the use."""
    reads = {content.read for content in use.contents}
    read = next(iter(reads)) if len(reads) == 1 else None
    if use.how == "join":
        return read.node if read is not None else None
    name = use.operand.target if isinstance(use.operand, ast.NamedExpr) else use.operand
    if read is None or not isinstance(name, ast.Name) or use.function is None:
        return use.operand
    return read.node if _only_read(read.node, name.id, use.function) else use.operand


def _only_read(read: ast.expr, name: str, function: FunctionInfo) -> bool:
    """Tell whether `name = <read>` is the only assignment of the name and every use of it takes "" for None."""
    nodes = list(own_nodes(function.node))
    stores = [
        node for node in nodes if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
    ]
    bound = any(value is read and _is_name(target, name) for node in nodes for target, value in _bindings(node))
    return bound and len(stores) == 1 and not any(_needs_none(node, name) for node in nodes)


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield what an assignment binds to what, item by item where both sides are displays."""
    if isinstance(node, ast.NamedExpr | ast.AnnAssign) and node.value is not None:
        yield node.target, node.value
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from zip(target.elts, node.value.elts, strict=False)
        else:
            yield target, node.value


_NEEDY = ast.Compare | ast.Return | ast.Yield | ast.Dict | ast.List | ast.Tuple | ast.Set | ast.Lambda | ast.Match


def _needs_none(node: ast.AST, name: str) -> bool:
    """Tell whether a node looks at the difference between None and "", or hands the value to what might."""
    if isinstance(node, _NEEDY):
        return any(_is_name(child, name, ast.Load) for child in children(node))
    if isinstance(node, ast.Call) and path_of(node.func) != "print":
        return any(_is_name(argument, name) for argument in (*node.args, *(keyword.value for keyword in node.keywords)))
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
        return node.value is not None and _is_name(node.value, name)
    return False


def _is_name(node: ast.AST, name: str, context: type[ast.expr_context] = ast.expr_context) -> bool:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, context)
