"""Calls that run a coroutine to its end, and what is flushed or arranged for around them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lint_rules.finding import Flush
from lint_rules.semantics import delivery, sdk, sources
from lint_rules.semantics.environment import Environment, Route, Routes, merge_routes
from lint_rules.semantics.lifespans import adds_route
from lint_rules.semantics.record import BlockingFlush, Entry
from lint_rules.semantics.values import (
    UNKNOWN,
    External,
    Function,
    FunctionInfo,
    Imported,
    Instance,
    Partial,
    Value,
)

if TYPE_CHECKING:
    from lint_rules.semantics.infer import Machine


def entry_point(node: ast.Call, runner: str, env: Environment, machine: Machine) -> Value:
    """A call that runs a coroutine: what its ways out leave undelivered is judged later, by itself."""
    frame, outer, catchers = machine.frame, env.routes, machine.frame.catchers
    raised, frame.raised, frame.catchers = frame.raised, frozenset(), []
    killed, frame.killed = frame.killed, frozenset()
    closes = runner not in ("run_until_complete", "run")
    env.routes, machine.called = machine.start if closes else outer, None
    values = [machine.evaluate(argument, env) for argument in node.args]
    for keyword in node.keywords:
        machine.evaluate(keyword.value, env)
    ran = values[0] if values else UNKNOWN
    if isinstance(ran, Function):
        ran = machine.apply(ran, values[1:], env)
    result = sources.ran(ran, env, machine)
    if not closes and any(route.unlogged for route in outer) and not any(route.unlogged for route in env.routes):
        frame.entries = [entry for entry in frame.entries if machine.record.entries.pop(entry.node, None) is None]
    _note_entry(node, runner, machine.called, env, machine)
    frame.raised, frame.catchers, frame.killed = raised, catchers, killed
    delivery.ran(env, node, outer if closes else frozenset())
    if closes and any(route.unlogged for route in outer):
        env.routes = merge_routes(outer, env.routes)
    return result


def _note_entry(
    node: ast.Call, runner: str, coroutine: FunctionInfo | None, env: Environment, machine: Machine
) -> None:
    frame = machine.frame
    first = node.args[0] if node.args else None
    flush = External(f"{sdk.WORKER}.flush")
    rescues = isinstance(first, ast.Call) and machine.evaluate(first.func, env.copy()) == flush
    if rescues:
        machine.record.rescued.add(frame.info)
    entry = machine.record.entries.get(node)
    if entry is None:
        entry = machine.record.entries[node] = Entry(node, runner, coroutine, frame.info, rescues=rescues)
    entry.routes = merge_routes(entry.routes, env.routes)
    entry.raised = merge_routes(entry.raised, frame.raised)
    entry.inside = merge_routes(entry.inside, frame.killed)
    if not any(known is entry for known in frame.entries):
        frame.entries.append(entry)


def killed(env: Environment, machine: Machine) -> None:
    """`os._exit`: the process ends here, and nothing runs any more."""
    frame = machine.frame
    frame.killed = merge_routes(frame.killed, env.routes)
    for entry, routes in _that_ran(env.routes, machine):
        entry.killed = merge_routes(entry.killed, routes)


def finished(info: FunctionInfo | None, routes: Routes, machine: Machine) -> None:
    """A function (None: the module) has come to its end."""
    for entry, passed in _that_ran(routes, machine):
        entry.after[info] = merge_routes(entry.after.get(info, frozenset()), passed)


def _that_ran(routes: Routes, machine: Machine) -> Iterator[tuple[Entry, Routes]]:
    for node in frozenset().union(*(route.ran for route in routes)):
        entry = machine.record.entries.get(node) if isinstance(node, ast.Call) else None
        if entry is not None:
            yield entry, frozenset(route for route in routes if node in route.ran)


_FORKING = re.compile(
    r"(multiprocessing|billiard)\.((context|process|get_context)\.)?Process$"
    r"|(multiprocessing|billiard)\.(\w+\.)*Pool\.(apply|apply_async|map|map_async|imap|imap_unordered|starmap|starmap_async)$"
    r"|concurrent\.futures\.(process\.)?ProcessPoolExecutor\.(submit|map)$"
    r"|(django_)?rq\.(\w+\.)*enqueue(_call|_at|_in)?$"
)
"""What runs a function in a forked process, which ends with `os._exit`: neither `atexit` nor exporters' threads run."""
_JOB = re.compile(r"(django_|flask_)?rq2?\.(\w+\.)*job$")


def handed_over(dotted: str, values: Iterable[Value], machine: Machine) -> None:
    """Functions are handed to a callable out of sight: it may run them in a process of their own."""
    if not _FORKING.match(dotted):
        return
    for value in values:
        function = value.function if isinstance(value, Partial) else value
        if isinstance(function, Function):
            machine.record.forked.add(function.info)


def routed(node: ast.Call, values: Iterable[Value], machine: Machine) -> None:
    """A call may register request handlers."""
    if adds_route(node):
        machine.record.handlers |= {value.info for value in values if isinstance(value, Function)}


def decorated(info: FunctionInfo, decorators: Iterable[Value], machine: Machine) -> None:
    """A function has been defined under decorators: RQ runs its jobs in forked processes."""
    names = [value.dotted for value in decorators if isinstance(value, External | Instance)]
    if any(map(_JOB.match, names)):
        machine.record.forked.add(info)
    if any(sdk.RUNNERS.get(name) == "async_to_sync" for name in names):
        machine.record.converted.add(info)


def flushed(node: ast.Call, kinds: frozenset[Flush], env: Environment, machine: Machine) -> None:
    """Exporters are flushed, which blocks the thread until everything is sent."""
    machine.frame.blocks = True
    note_blocking(node, machine)
    delivery.flushed(env, node, kinds)


def note_blocking(node: ast.Call, machine: Machine) -> None:
    """A call blocks its thread; in a coroutine that serves requests that is noted."""
    info = machine.frame.info
    if info is not None and info.home is machine.home:
        machine.record.blocking[node] = BlockingFlush(node, info)


def observed(env: Environment, machine: Machine) -> None:
    """The Langfuse SDK has been used to record something."""
    machine.record.uses_langfuse_sdk = True
    delivery.observed(env)


def deferred(function: Function, env: Environment, machine: Machine) -> None:
    """A function is handed to something that will call it: if it delivers, delivery is arranged for."""
    if env.routes and delivers(function, machine):
        delivery.deferred(env)


def delivers(function: Function, machine: Machine, *, alone: bool = False) -> bool:
    """Tell whether a function waits for LiteLLM's logging on every way through, and makes no calls itself (`alone`)."""
    if isinstance(function.info.node, ast.Lambda):
        return False
    owing: Routes = frozenset({Route(unlogged=True)})
    summary = machine.summarise(function, machine.parameters_alone(function), owing, "owing")
    return (
        summary is not None
        and bool(summary.routes)
        and all(route.logged and not route.unlogged and not (alone and route.again) for route in summary.routes)
    )


def own_or_imported(name: str, machine: Machine) -> Function | None:
    """Return the function that a name is bound to; one of another module only if it is called like a flush."""
    value = machine.home.names.get(name)
    if isinstance(value, Imported):
        value = value.force() if sdk.may_deliver(name) else None
    return value if isinstance(value, Function) and value.info.owner is None else None
