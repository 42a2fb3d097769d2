"""Calls that run a coroutine to its end, and what is flushed or arranged for around them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_rules.semantics import delivery, sdk
from lint_rules.semantics.environment import Environment, Route, Routes, merge_routes
from lint_rules.semantics.record import BlockingFlush, Entry
from lint_rules.semantics.syntax import serves_requests
from lint_rules.semantics.values import UNKNOWN, External, Function, FunctionInfo, Imported, Pending, Value

if TYPE_CHECKING:
    from lint_rules.semantics.infer import Machine


def entry_point(node: ast.Call, runner: str, env: Environment, machine: Machine) -> Value:
    """A call that runs a coroutine: what its ways out leave undelivered is judged later, by itself."""
    frame, outer, catchers = machine.frame, env.routes, machine.frame.catchers
    raised, frame.raised, frame.catchers = frame.raised, frozenset(), []
    closes = runner not in ("run_until_complete", "run")
    env.routes, machine.called = machine.start if closes else outer, None
    values = [machine.evaluate(argument, env) for argument in node.args]
    for keyword in node.keywords:
        machine.evaluate(keyword.value, env)
    ran = values[0] if values else UNKNOWN
    if isinstance(ran, Function):
        ran = machine.apply(ran, values[1:], env)
    if not closes and any(route.unlogged for route in outer) and not any(route.unlogged for route in env.routes):
        frame.entries = [entry for entry in frame.entries if machine.record.entries.pop(entry.node, None) is None]
    _note_entry(node, runner, machine.called, env, machine)
    frame.raised, frame.catchers = raised, catchers
    if closes and any(route.unlogged for route in outer):
        env.routes = merge_routes(outer, env.routes)
    return ran.result if isinstance(ran, Pending) else UNKNOWN


def _note_entry(
    node: ast.Call, runner: str, coroutine: FunctionInfo | None, env: Environment, machine: Machine
) -> None:
    frame = machine.frame
    first = node.args[0] if node.args else None
    if isinstance(first, ast.Call) and machine.evaluate(first.func, env.copy()) == External(f"{sdk.WORKER}.flush"):
        machine.record.rescued.add(frame.info)
    entry = machine.record.entries.get(node)
    if entry is None:
        entry = machine.record.entries[node] = Entry(node, runner, coroutine, frame.info)
    entry.routes = merge_routes(entry.routes, env.routes)
    entry.raised = merge_routes(entry.raised, frame.raised)
    if not any(known is entry for known in frame.entries):
        frame.entries.append(entry)


def flushed(node: ast.Call, env: Environment, machine: Machine) -> None:
    """The Langfuse SDK is flushed, which blocks the thread until everything is sent."""
    info = machine.frame.info
    if info is not None and serves_requests(info.node) and info.home is machine.home:
        machine.record.blocking[node] = BlockingFlush(node, info)
    delivery.flushed(env, node)


def observed(env: Environment, machine: Machine) -> None:
    """The Langfuse SDK has been used to record something."""
    machine.record.uses_langfuse_sdk = True
    delivery.observed(env)


def deferred(function: Function, env: Environment, machine: Machine) -> None:
    """A function is handed to something that will call it: if it delivers, delivery is arranged for."""
    if delivers(function, machine):
        delivery.deferred(env)


def delivers(function: Function, machine: Machine) -> bool:
    """Tell whether calling a function waits for LiteLLM's logging on every way through."""
    if isinstance(function.info.node, ast.Lambda):
        return False
    owing: Routes = frozenset({Route(unlogged=True)})
    summary = machine.summarise(function, machine.parameters_alone(function), owing, "owing")
    return (
        summary is not None
        and bool(summary.routes)
        and all(route.logged and not route.unlogged for route in summary.routes)
    )


def own_or_imported(name: str, machine: Machine) -> Function | None:
    """Return the function that a name is bound to; one of another module only if it is called like a flush."""
    value = machine.home.names.get(name)
    if isinstance(value, Imported):
        value = value.force() if sdk.may_deliver(name) else None
    return value if isinstance(value, Function) and value.info.owner is None else None
