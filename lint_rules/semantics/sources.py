"""Calls of what a team has declared (`declared`): a stream source is what a LiteLLM call is, a helper delivers.

Nothing is known of them but their names, so the program tells the rest. A source that is awaited, or iterated by
`async for`, makes its call in async code; one that a plain `for` iterates does not. A helper delivers where a
coroutine leads to it; once the loop is closed, what LiteLLM has not logged is lost, and it can only flush.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_rules.finding import Step
from lint_rules.semantics import delivery, tracing
from lint_rules.semantics.environment import Environment, path_of
from lint_rules.semantics.exporters import EVERY
from lint_rules.semantics.questions import origins_of
from lint_rules.semantics.record import CallSite
from lint_rules.semantics.values import (
    UNKNOWN,
    Const,
    External,
    Function,
    Manager,
    Numbered,
    Origin,
    Pending,
    Stream,
    Value,
)

if TYPE_CHECKING:
    from lint_rules.semantics.calls import Arguments
    from lint_rules.semantics.infer import Machine


def call(dotted: str, arguments: Arguments) -> Value | None:
    """Return what a call of something outside gives if it is declared, and do what it does."""
    declared, machine = arguments.machine.home.declared, arguments.machine
    if dotted in declared.sources:
        return _source(dotted, arguments)
    if dotted not in declared.flushes:
        return None
    wrapped = arguments.first()
    if isinstance(wrapped, Function):
        return replace(wrapped, delivers=True)
    for value in arguments.all():
        machine.escaped(value, arguments.env)
    deliver(arguments.node, arguments.env, machine)
    return Manager(UNKNOWN, delivers=arguments.node)


def added(function: Function, value: Value, arguments: Arguments) -> Value:
    """Return what a call of the linted code's own function gives: `value`, and what is declared of it besides."""
    name, declared = name_of(function), arguments.machine.home.declared
    if name in declared.sources and not origins_of(value):
        return _source(name, arguments)
    if name not in declared.flushes:
        return value
    if function.info.is_async:  # wherever it is called: it runs in a loop, or not at all
        delivery.delivered(arguments.env, arguments.node)
    else:
        deliver(arguments.node, arguments.env, arguments.machine)
    return replace(value, delivers=arguments.node) if isinstance(value, Manager) else value


def name_of(function: Function) -> str:
    """Return the declared name of a function of the linted code; nothing if it has none."""
    info = function.info
    if not info.home.own or info.parent is not None:
        return ""
    return info.home.own.get(f"{info.owner.name}.{info.name}" if info.owner is not None else info.name, "")


# Stream sources


def _source(dotted: str, arguments: Arguments) -> Value:
    machine, node = arguments.machine, arguments.node
    tracing.registered(node, machine)
    asked = arguments.keywords.get("stream", Const(True))
    if isinstance(asked, Const) and not asked.value:
        return Pending(UNKNOWN, undecided=True)
    certain = isinstance(asked, Const)
    origin = Origin(dotted, node.lineno, node.col_offset, machine.frame.home.name)
    machine.created(origin, arguments.env)
    if certain:
        machine.made(origin, node, is_async=True, undecided=True)
    made = Step(origin.path, origin.line, f"`{origin.callable}` makes the stream")
    return Pending(Stream(frozenset({origin}), is_async=True, certain=certain, via=(made,)), undecided=True)


def awaited(value: Value, env: Environment, machine: Machine) -> Value:
    """Return what awaiting a value gives."""
    if not isinstance(value, Pending):
        return UNKNOWN
    if value.undecided:
        _called(value.result, env, machine)
    return value.result


def scheduled(values: Iterable[Value], env: Environment, machine: Machine) -> list[Value]:
    """Return values that are handed to the event loop, which awaits them: what was undecided is decided."""
    return [
        Pending(awaited(value, env, machine)) if isinstance(value, Pending) and value.undecided else value
        for value in values
    ]


def iterated(value: Value, node: ast.expr, env: Environment, machine: Machine, *, is_async: bool) -> Value:
    """Return what a loop over `node` goes over: a source's result that nobody awaits is a stream of the loop's kind."""
    if isinstance(value, Numbered):
        return Numbered(iterated(value.inner, node, env, machine, is_async=is_async))
    if not isinstance(value, Pending) or not value.undecided:
        return value
    if is_async:
        _called(value.result, env, machine)
    result = replace(value.result, is_async=is_async) if isinstance(value.result, Stream) else value.result
    path = path_of(node)
    if path is not None and env.names.get(path) == value:
        env.narrow(path, result)
    return result


def _called(result: Value, env: Environment, machine: Machine) -> None:
    delivery.called(env)
    for origin in origins_of(result):
        machine.frame.calls.add(CallSite(origin.path, origin.line))
        machine.record.awaited.add(origin)


# Helpers that deliver


def deliver(node: ast.expr, env: Environment, machine: Machine) -> None:
    """A helper has its turn."""
    if _in_coroutine(machine):
        delivery.delivered(env, node)
    else:
        delivery.flushed(env, node, EVERY)


def delivers(function: Function, machine: Machine) -> bool:
    """Tell whether a function of the linted code delivers on every way out, whatever is seen in it: there is a helper
    around it, or it is declared to be one."""
    is_async = function.info.is_async
    if function.delivers:
        return is_async
    return name_of(function) in machine.home.declared.flushes and (is_async or _in_coroutine(machine))


def _in_coroutine(machine: Machine) -> bool:
    return any(frame.info is not None and frame.info.is_async for frame in machine.frames)


def left(node: ast.expr, env: Environment, machine: Machine) -> Environment:
    """A context manager that delivers is left."""
    deliver(node, env, machine)
    return env


def is_helper(value: Value, machine: Machine) -> bool:
    """Tell whether a value is a helper that delivers, or what a call of one gives."""
    if isinstance(value, Manager):
        return value.delivers is not None
    flushes = machine.home.declared.flushes
    if isinstance(value, External):
        return value.dotted in flushes
    return bool(flushes) and isinstance(value, Function) and name_of(value) in flushes


def is_made_by_helper(node: ast.expr, value: Value, env: Environment, machine: Machine) -> bool:
    """Tell whether an expression is a helper or a call of one, as a decorator and a `with` may be."""
    if is_helper(value, machine):
        return True
    if not machine.home.declared.flushes or not isinstance(node, ast.Call):
        return False
    return is_helper(machine.evaluate(node.func, env.copy()), machine)


def ran(value: Value, env: Environment, machine: Machine) -> Value:
    """Return what running a value in a loop, to its end, gives."""
    if isinstance(value, Manager) and value.delivers is not None:
        delivery.delivered(env, value.delivers)
    return awaited(value, env, machine)
