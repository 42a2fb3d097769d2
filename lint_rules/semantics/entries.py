"""Where programs end: entry points of async code, and what they leave undelivered."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lint_rules.finding import Span
from lint_rules.semantics import runs, sdk
from lint_rules.semantics.endings import (
    Condition,
    Ending,
    Ends,
    EntryPoint,
    Judgement,
    Ways,
    ends_of,
    judge_export,
    judge_flushed,
    judge_waits,
    judge_ways,
    process_end,
)
from lint_rules.semantics.environment import START, Route, path_of
from lint_rules.semantics.infer import Machine
from lint_rules.semantics.lifespans import Lifespan, after_yield, foreign_lifespans, lifespans
from lint_rules.semantics.reach import Program
from lint_rules.semantics.record import Entry, Record
from lint_rules.semantics.registrations import keeps_spans_apart
from lint_rules.semantics.source import Source, shorten
from lint_rules.semantics.steps import following_flush, statement_around, steps_of
from lint_rules.semantics.syntax import is_generator, nodes_of, own_nodes, walk
from lint_rules.semantics.values import Function, FunctionInfo, Imported, Namespace, Value, forced


@dataclass(frozen=True)
class Setting:
    """What the judgements about one module have in common."""

    machine: Machine
    record: Record
    source: Source
    program: Program | None
    callbacks: frozenset[str]


def entry_points(machine: Machine, record: Record, source: Source) -> Iterator[EntryPoint]:
    """Yield every entry point that fails to deliver its traces."""
    if machine.interest is not None:
        return  # nothing that ends here has to do with traces
    found = list(lifespans(machine.tree))
    given = any(True for _ in foreign_lifespans(machine.tree))
    if record.tracing_off or not (record.entries or record.converted or found or given):
        return
    program = machine.home.program(machine.tree)
    callbacks = frozenset().union(*record.callbacks.values(), program.callbacks if program is not None else ())
    setting = Setting(machine, record, source, program, callbacks)
    for entry in record.entries.values():
        if entry.frame is None or entry.frame.home is machine.home:
            yield from (_entry_point(entry, judged, setting) for judged in _judge(entry, setting))
    yield from _converted(setting)
    if program is not None and not program.tracing_off:
        yield from _shutdowns(found, setting)


def _converted(setting: Setting) -> Iterator[EntryPoint]:
    """Yield the coroutine functions under `@async_to_sync`: each call of one runs it in a loop of its own."""
    for node, function in setting.machine.functions.items():
        if not setting.callbacks or function.info not in setting.record.converted:
            continue
        judged = judge_ways(Ways(*setting.machine.shut_down(function, START)))
        if judged is not None and isinstance(node, ast.AsyncFunctionDef):
            yield _defined(node, judged, setting, runner="async_to_sync")


def _judge(entry: Entry, setting: Setting) -> Iterator[Judgement]:
    """Judge an entry point by what its ways were seen to do; where nothing was seen, by what its names lead to."""
    callback, record, program = bool(setting.callbacks), setting.record, setting.program
    if entry.rescues:
        return
    if callback and any(route.unlogged or route.logged for route in entry.routes | entry.raised | entry.inside):
        yield from _judge_callback(entry, setting)
        return
    if not _starts_a_program(entry, record):
        return
    if not callback and record.uses_langfuse_sdk and any(route.unflushed for route in entry.routes | entry.inside):
        yield from _judge_sdk(entry, record)
        return
    if program is None or program.tracing_off or any(route.logged or route.deferred for route in entry.routes):
        return
    names = {name for argument in entry.node.args for name in _mentioned(argument)}
    traced = program.traced(names)
    if (traced.awaits_litellm if callback else traced.observes) and not program.reached(names).flushes:
        yield Judgement(Ending.NOTHING)


def _starts_a_program(entry: Entry, record: Record) -> bool:
    """Tell an entry point from a library's synchronous wrapper, which runs a coroutine for a caller it does not know.

    A program starts at the top of a module, in a command or task, in what another process or a cloud runs, or in a
    function that runs a coroutine of its own making; a wrapper is a method, a decorator's inner function, or hands its
    own arguments on.
    """
    info = entry.frame
    if info is None or ends_of(info, record) is not Ends.NORMALLY:
        return True
    if info.owner is not None or info.parent is not None or isinstance(info.node, ast.Lambda):
        return False
    if info.name.startswith("test"):
        return False
    if info.node.decorator_list:
        return True
    return not any(_parameters(info.node) & set(_mentioned(argument)) for argument in entry.node.args)


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    arguments = node.args
    return {argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}


def _mentioned(node: ast.AST) -> Iterator[str]:
    for part in walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr


def _shutdowns(found: list[Lifespan], setting: Setting) -> Iterator[EntryPoint]:
    """Yield what an application that makes traced calls leaves undelivered when it shuts down: one finding, for one
    delivery is enough."""
    assert setting.program is not None
    if not (setting.program.awaits_litellm if setting.callbacks else setting.program.observes):
        return
    judged = [(one, _judge_shutdown(one, setting)) for one in (*_own(found, setting), *_foreign(setting))]
    if all(judgement is not None for _, judgement in judged):
        failing = [(one, judgement) for one, judgement in judged if judgement is not None and judgement != _UNKNOWN]
        if failing:
            yield _shutdown(*min(failing, key=lambda one: _SPECIFIC.index(one[1].ending)), setting)


_SPECIFIC = (
    Ending.FLUSH_BEFORE_LOGGING,
    Ending.SLEEP,
    Ending.ONLY_ON_SOME_PATHS,
    Ending.ONLY_WITHOUT_ERROR,
    Ending.NOTHING,
)
_UNKNOWN = Judgement("")
"""Nothing to report, and no delivery either: a shutdown handler that is no coroutine, say."""


@dataclass(frozen=True)
class _Shutdown:
    """A function that runs when an application shuts down, and where a finding about it belongs."""

    function: Function
    serves: bool
    place: ast.expr | None = None
    """Where this module hands it over, when it is another module's."""


def _own(found: list[Lifespan], setting: Setting) -> Iterator[_Shutdown]:
    for one in found:
        function = setting.machine.functions.get(one.node)
        if function is not None:
            yield _Shutdown(function, one.serves)


def _foreign(setting: Setting) -> Iterator[_Shutdown]:
    """Yield the lifespans that this module takes from others, unless those can be judged where they stand."""
    names = setting.machine.home.names
    for node in foreign_lifespans(setting.machine.tree):
        value = _member(node, names)
        if not isinstance(value, Function) or value.info.home is setting.machine.home:
            continue
        if is_generator(value.info.node) and not _judged_at_home(value.info):
            yield _Shutdown(value, serves=True, place=node)


def _member(node: ast.expr, names: Mapping[str, Value | Imported]) -> Value | None:
    if isinstance(node, ast.Attribute):
        owner = _member(node.value, names)
        return forced(owner.member(node.attr)) if isinstance(owner, Namespace) else None
    value = names.get(node.id) if isinstance(node, ast.Name) else None
    return forced(value) if value is not None else None


def _judged_at_home(info: FunctionInfo) -> bool:
    """Tell whether the module of a lifespan leads to the traced calls and to the callback itself."""
    node = info.node
    program = info.home.program(ast.Module([node], [])) if not isinstance(node, ast.Lambda) else None
    return program is not None and bool(program.callbacks) and program.awaits_litellm


def _judge_shutdown(one: _Shutdown, setting: Setting) -> Judgement | None:
    """Judge what a shutdown does about the last calls; None: it delivers, as far as can be seen."""
    node = one.function.info.node
    if isinstance(node, ast.Lambda):
        return _UNKNOWN
    start = Route() if one.serves else Route(unlogged=True, unflushed=True, turned=True)
    routes, raised = setting.machine.shut_down(one.function, frozenset({start}))
    judged = judge_ways(Ways(routes, raised)) if setting.callbacks else judge_flushed(routes)
    if judged is None or judged.ending != Ending.NOTHING:
        return judged
    assert setting.program is not None
    names = {name for statement in after_yield(node) for name in _mentioned(statement)}
    if setting.program.reached(names).flushes:
        return None
    return judged if isinstance(node, ast.AsyncFunctionDef) else _UNKNOWN


def _shutdown(one: _Shutdown, judged: Judgement, setting: Setting) -> EntryPoint:
    node = one.function.info.node
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    if one.place is None:
        return _defined(node, judged, setting, runner="shutdown")
    span = setting.source.span(one.place)
    return EntryPoint(
        span=span,
        runner="shutdown",
        coroutine=node.name,
        callbacks=setting.callbacks,
        **_placed(judged, None, setting),
    )


def _defined(
    node: ast.FunctionDef | ast.AsyncFunctionDef, judged: Judgement, setting: Setting, *, runner: str
) -> EntryPoint:
    """Return an entry point that is run by others: it is reported where it is defined."""
    source = setting.source
    header = source.span(node)
    keyword = "async def " if isinstance(node, ast.AsyncFunctionDef) else "def "
    definition = node if isinstance(node, ast.AsyncFunctionDef) else None
    return EntryPoint(
        span=Span(header.line, header.column, header.line, header.column + len(keyword) + len(node.name)),
        runner=runner,
        coroutine=node.name,
        callbacks=setting.callbacks,
        definition=source.span(definition) if definition is not None else None,
        helper=_helper(setting.machine, node),
        **_placed(judged, definition, setting),
        steps=_steps(definition, frozenset() if judged.at is None else frozenset({judged.at}), setting),
    )


def _judge_callback(entry: Entry, setting: Setting) -> Iterator[Judgement]:
    ways = Ways(entry.routes, entry.raised, entry.inside, entry.flushes_after)
    rescued = entry.frame in setting.record.rescued
    judged = judge_ways(ways)
    if judged is not None:
        yield replace(judged, only=Condition(sdk.FLUSH_ON_NEW_LOOP, holds=False)) if rescued else judged
    elif not rescued:
        yield from judge_waits(entry, setting.machine.tree)
        yield from judge_export(entry, setting.record)


def _judge_sdk(entry: Entry, record: Record) -> Iterator[Judgement]:
    ends, routes = process_end(entry, record)
    if ends is Ends.NORMALLY:
        routes = entry.after.get(None) or entry.after.get(entry.frame) or entry.routes
    judged = judge_flushed(routes)
    if judged is not None:
        yield judged


def _entry_point(entry: Entry, judged: Judgement, setting: Setting) -> EntryPoint:
    source, coroutine = setting.source, entry.coroutine
    definition = coroutine.node if coroutine is not None and coroutine.home is setting.machine.home else None
    if not isinstance(definition, ast.AsyncFunctionDef):
        definition = None
    argument = shorten(entry.node.args[0]) if entry.node.args else "?"
    fixable = definition if not entry.inside else None
    helper = _helper(setting.machine, definition)
    return EntryPoint(
        span=source.span(entry.node),
        runner=entry.runner,
        coroutine=definition.name if definition is not None else argument,
        callbacks=setting.callbacks,
        ends=process_end(entry, setting.record)[0],
        unwinds=not entry.inside,
        definition=source.span(fixable) if fixable is not None else None,
        helper=helper,
        uncalled=_helper_elsewhere(setting.machine) if helper is None and judged.ending == Ending.NOTHING else None,
        **_placed(judged, definition, setting),
        steps=_steps(definition, entry.waits(), setting),
        spanned=bool(setting.record.spanned) and not keeps_spans_apart(setting.machine, sdk.SPAN_SWITCHES),
        vain=tuple(one.only for one in judge_waits(entry, setting.machine.tree) if one.only is not None),
    )


def _steps(node: ast.AsyncFunctionDef | None, waits: frozenset[ast.expr], setting: Setting) -> tuple[Span, ...]:
    return tuple(map(setting.source.span, steps_of(node, waits))) if node is not None else ()


def _placed(judged: Judgement, definition: ast.AsyncFunctionDef | None, setting: Setting) -> dict[str, Any]:
    """Return the fields of an entry point that say how it ends; a place in another module is none to report."""
    at = judged.at if judged.at is not None and _is_own(judged.at, setting.machine.tree) else None
    statement = _statement_of(at, definition) if at is not None and definition is not None else None
    sleep = statement_around(at, setting.machine.tree) if at is not None and judged.ending == Ending.SLEEP else None
    if sleep is not None and definition is not None:
        statement = following_flush(sleep, definition)
    return {
        "sleep": setting.source.span(sleep) if sleep is not None else None,
        "ending": judged.ending,
        "at": setting.source.span(at) if at is not None else None,
        "flush_statement": setting.source.span(statement) if statement is not None else None,
        "flushed": judged.flushed,
        "only": judged.only,
    }


def _is_own(node: ast.expr, tree: ast.Module) -> bool:
    return any(child is node for child in nodes_of(tree))


def _statement_of(expression: ast.expr, definition: ast.AsyncFunctionDef) -> ast.stmt | None:
    for node in own_nodes(definition):
        if isinstance(node, ast.Expr) and (
            node.value is expression or (isinstance(node.value, ast.Await) and node.value.value is expression)
        ):
            return node
    return None


def _helper(machine: Machine, coroutine: ast.AST | None) -> str | None:
    """Return a coroutine function at hand, other than the one in question, that takes nothing and waits for LiteLLM's
    logging on every way."""
    functions = ((name, runs.own_or_imported(name, machine)) for name in machine.home.names)
    others = ((name, one) for name, one in functions if one is not None and one.info.node is not coroutine)
    return next((name for name, one in others if _delivers(one, machine)), None)


def _may_help(node: ast.AsyncFunctionDef, sources: frozenset[str]) -> bool:
    """Tell whether a function can be called with nothing and makes no calls of its own, as a program's main does."""
    arguments = node.args
    required = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    if required or None in arguments.kw_defaults:
        return False
    called = (path_of(child.func) or "" for child in own_nodes(node) if isinstance(child, ast.Call))
    last = {name.rpartition(".")[2] for name in called}
    return not last & sources and not any(f"litellm.{name}" in sdk.CALLS for name in last)


def _helper_elsewhere(machine: Machine) -> str | None:
    """Return such a function of a module that this one imports, as it would be called or found there, or the one helper
    that the settings declare."""
    for name, value in machine.home.names.items():
        if not isinstance(value, Namespace):
            continue
        for member in filter(sdk.may_deliver, value.public()):
            if _delivers(forced(value.member(member)), machine):
                return f"{name}.{member}"
    declared = machine.home.declared.flushes
    return next(iter(declared)) if len(declared) == 1 else None


def _delivers(value: Value | None, machine: Machine) -> bool:
    if not isinstance(value, Function) or not isinstance(value.info.node, ast.AsyncFunctionDef):
        return False
    sources = frozenset(name.rpartition(".")[2] for name in machine.home.declared.sources)
    return _may_help(value.info.node, sources) and runs.delivers(value, machine, alone=True)
