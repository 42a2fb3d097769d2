"""What happens to the delivery of traces on the way through a program: events that move `Environment.routes`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from lint_rules.semantics.environment import Environment, Route


def called(env: Environment) -> None:
    """A LiteLLM call has been made from async code: it is logged later, by tasks of the running loop."""
    _each(env, Route.call)


def turned(env: Environment, sleep: ast.expr | None = None) -> None:
    """The event loop has had a turn, by way of `sleep` when that took time."""
    _each(env, lambda route: route.turn(sleep))


def logged(env: Environment, node: ast.expr) -> None:
    """LiteLLM's logging has been waited for."""
    _each(env, lambda route: route.log(node))


def worker_flushed(env: Environment, node: ast.expr) -> None:
    """`GLOBAL_LOGGING_WORKER.flush()`: returns at once when the loop had no turn since the call: nothing is queued."""
    _each(env, lambda route: route.log(node) if route.turned else route)


def flushed(env: Environment, node: ast.expr) -> None:
    """The Langfuse SDK has been flushed by `node`."""
    _each(env, lambda route: route.flush(node))


def delivered(env: Environment) -> None:
    """Something we do not see may well have delivered everything."""
    _each(env, lambda route: replace(route.log(None), unflushed=False))


def observed(env: Environment) -> None:
    """An observation has been made with the Langfuse SDK."""
    _each(env, lambda route: replace(route, unflushed=True))


def deferred(env: Environment) -> None:
    """Something that delivers has been registered to run on the way out."""
    _each(env, lambda route: replace(route, deferred=True))


def relocated(env: Environment, before: frozenset[Route], node: ast.expr) -> None:
    """A helper called by `node` delivered for its caller: the call of the helper is what a reader should look at."""
    if not any(route.unlogged for route in before):
        return
    flushes = frozenset().union(*(route.flushes for route in before))
    waits = frozenset().union(*(route.waits for route in before))
    _each(env, lambda route: _relocate(route, flushes, waits, node))


def _relocate(route: Route, flushes: frozenset[ast.expr], waits: frozenset[ast.expr], node: ast.expr) -> Route:
    moved = route
    if route.flushes - flushes:
        moved = replace(moved, flushes=route.flushes & flushes | {node})
    if route.waits - waits:
        moved = replace(moved, waits=route.waits & waits | {node})
    return moved


def _each(env: Environment, change: Callable[[Route], Route]) -> None:
    env.routes = frozenset(change(route) for route in env.routes)
