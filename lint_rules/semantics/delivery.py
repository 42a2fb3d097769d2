"""What happens to the delivery of traces on the way through a program: events that move `Environment.routes`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from lint_rules.finding import Flush, Wait
from lint_rules.semantics.environment import Environment, Route, Routes


def called(env: Environment) -> None:
    """A LiteLLM call has been made from async code: it is logged later, by tasks of the running loop."""
    _each(env, Route.call)


def streamed(env: Environment) -> None:
    """The stream of a LiteLLM call has been read to its end: now it is logged."""
    _each(env, Route.end)


def turned(env: Environment, sleep: ast.expr | None = None, *, certain: bool = False) -> None:
    """The event loop has had a turn, by way of `sleep` when that took time."""
    _each(env, lambda route: route.turn(sleep, certain=certain))


def logged(env: Environment, node: ast.expr) -> None:
    """LiteLLM's logging has been waited for, by way of the tasks of the loop."""
    _each(env, lambda route: route.log(node, Wait.TASKS))


def worker_flushed(env: Environment, node: ast.expr) -> None:
    """`GLOBAL_LOGGING_WORKER.flush()`: returns at once when the loop had no turn since the call: nothing is queued."""
    _each(env, lambda route: route.log(node, Wait.WORKER) if route.turned else route)


def flushed(env: Environment, node: ast.expr, kinds: frozenset[Flush]) -> None:
    """Exporters have been flushed by `node`."""
    _each(env, lambda route: route.flush(node, kinds))


def swept(env: Environment) -> None:
    """A loop over all callbacks or providers has ended: whichever of them there are have been flushed, if any was."""
    kinds = frozenset().union(*(route.flushed for route in env.routes))
    pushes = frozenset().union(*(route.pushes for route in env.routes))
    _each(env, lambda route: route if route.unlogged else replace(route, flushed=kinds, pushes=pushes))


def served(env: Environment) -> None:
    """An application has served requests meanwhile: LiteLLM may not have logged the last of their calls."""
    _each(env, lambda route: Route(unlogged=True, unflushed=True, turned=True, deferred=route.deferred))


def ran(env: Environment, node: ast.expr, outer: frozenset[Route]) -> None:
    """A coroutine has been run to its end by `node`, in a loop of its own if there is anything in `outer`.

    What went before is told by `outer` then: where the coroutine made no calls, that still stands.
    """
    before = frozenset().union(*(route.ran for route in outer))
    _each(env, lambda route: replace(route, ran=route.ran | before | {node}))
    if any(route.logged or route.flushed for route in outer):
        idle = [route for route in env.routes if not (route.unlogged or route.logged)]
        kept = {_carried(earlier, route) for route in idle for earlier in outer}
        env.routes = env.routes.difference(idle) | kept


def _carried(earlier: Route, route: Route) -> Route:
    return replace(
        earlier,
        unflushed=earlier.unflushed or route.unflushed,
        flushed=earlier.flushed | route.flushed,
        pushes=earlier.pushes | route.pushes,
        ran=earlier.ran | route.ran,
    )


def delivered(env: Environment, node: ast.expr | None = None) -> None:
    """Something we do not see has delivered everything: what is declared to, at `node`, or what may well have."""
    env.routes = delivered_on(env.routes, node)


def delivered_on(routes: Routes, node: ast.expr | None = None) -> Routes:
    """Return ways on which something we do not see has delivered everything."""
    return frozenset(
        replace(route.log(node), unflushed=False, by=frozenset(), flushed=frozenset(Flush)) for route in routes
    )


def observed(env: Environment) -> None:
    """An observation has been made with the Langfuse SDK."""
    _each(env, lambda route: replace(route, unflushed=True))


def deferred(env: Environment) -> None:
    """Something that delivers has been registered to run on the way out."""
    _each(env, lambda route: replace(route, deferred=True))


def relocated(env: Environment, before: frozenset[Route], node: ast.expr) -> None:
    """A helper called by `node` delivered for its caller: the call of the helper is what a reader should look at."""
    told = ["pushes"] if any(route.logged for route in before) else []
    told += ["flushes", "waits", "pushes"] if any(route.unlogged for route in before) else []
    for what in told:
        known = frozenset().union(*(getattr(route, what) for route in before))
        _each(env, partial(_relocate, what=what, known=known, node=node))


def _relocate(route: Route, what: str, known: frozenset[ast.expr], node: ast.expr) -> Route:
    places: frozenset[ast.expr] = getattr(route, what)
    moved: dict[str, Any] = {what: places & known | {node}}
    return replace(route, **moved) if places - known else route


def _each(env: Environment, change: Callable[[Route], Route]) -> None:
    env.routes = frozenset(change(route) for route in env.routes)
