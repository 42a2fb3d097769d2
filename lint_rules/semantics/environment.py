"""What holds at a program point: beliefs about names and access paths, streams left early, and the state of
delivery."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lint_rules.finding import Flush, Wait
from lint_rules.semantics.values import (
    Flag,
    Origin,
    Value,
    join,
)

MAX_ROUTES = 24
"""More ways through a function than this are summed up: precision of LLM3xx, not soundness, is what is given up."""

Abandoned = tuple[Origin, int]
"""A stream and the exit (an index into the interpreter's exits) that left it before its end."""


@dataclass(frozen=True)
class Route:
    """What one set of ways to a program point has done about delivering traces.

    Node positions are 1-based lines with 0-based byte columns, as `ast` counts.
    """

    unlogged: bool = False
    """LiteLLM has been called and has not certainly logged the call."""
    unflushed: bool = False
    """A Langfuse SDK observation has been made and the SDK has not been flushed since."""
    again: bool = False
    """Not the first LiteLLM call."""
    late: bool = False
    """All tasks were waited for after such a call or a turn: since 1.76.0 LiteLLM's worker is one of them by then."""
    turned: bool = False
    """The event loop has had a turn since the last LiteLLM call: its logging tasks have started."""
    slept: bool = False
    """That turn is certain: it was asked for."""
    logged: bool = False
    """LiteLLM's logging was waited for at least once."""
    deferred: bool = False
    """Something that delivers is registered to run later (exit stack, atexit, done callback)."""
    flushes: frozenset[ast.expr] = frozenset()
    """Langfuse flushes that came before LiteLLM had logged."""
    sleeps: frozenset[ast.expr] = frozenset()
    """Sleeps after an unlogged call."""

    waits: frozenset[ast.expr] = frozenset()
    """Where LiteLLM's logging was waited for."""
    by: frozenset[Wait] = frozenset()
    """How it was waited for, where that is known to depend on the release."""
    flushed: frozenset[Flush] = frozenset()
    """Exporters that were flushed after LiteLLM had logged."""
    pushes: frozenset[ast.expr] = frozenset()
    """Where they were flushed."""
    ran: frozenset[ast.expr] = frozenset()
    """Calls that ran a coroutine to its end on the way."""

    def call(self) -> Route:
        """Return the state after a LiteLLM call."""
        return replace(self.end(), again=self.again or self.unlogged or self.logged)

    def end(self) -> Route:
        """Return the state after the stream of a LiteLLM call has ended."""
        return replace(self, unlogged=True, turned=False, slept=False, **_NOTHING_SINCE)

    def log(self, node: ast.expr | None, by: Wait | None = None) -> Route:
        """Return the state after LiteLLM's logging has been waited for, at `node`."""
        waits = self.waits if node is None else self.waits | {node}
        ways = self.by if by is None else self.by | {by}
        since = _NOTHING_SINCE if self.unlogged else {}
        late = self.late or (by is Wait.TASKS and (self.again or (self.unlogged and self.slept)))
        return replace(self, unlogged=False, logged=True, late=late, waits=waits, by=ways, **since)

    def turn(self, sleep: ast.expr | None, *, certain: bool) -> Route:
        """Return the state after the event loop has had a turn, by way of `sleep` if it took time."""
        sleeps = self.sleeps | {sleep} if sleep is not None and self.unlogged else self.sleeps
        return replace(self, turned=True, slept=self.slept or certain, sleeps=sleeps)

    def flush(self, node: ast.expr, kinds: frozenset[Flush]) -> Route:
        """Return the state after a flush of exporters."""
        if self.unlogged:
            return replace(self, unflushed=False, flushes=self.flushes | {node})
        return replace(self, unflushed=False, flushed=self.flushed | kinds, pushes=self.pushes | {node})


_NOTHING_SINCE: dict[str, Any] = dict.fromkeys(("flushes", "sleeps", "flushed", "pushes"), frozenset())
"""What a call to LiteLLM makes worthless, and so does the logging of one."""

Routes = frozenset[Route]
START: Routes = frozenset({Route()})


def merge_routes(left: Routes, right: Routes) -> Routes:
    """Return the union of two sets of ways, summed up when it grows past `MAX_ROUTES`."""
    if left is right:
        return left
    union = left | right
    if len(union) <= MAX_ROUTES:
        return union
    groups = ([route for route in union if route.unlogged == unlogged] for unlogged in (False, True))
    return frozenset(_summarise(group) for group in groups if group)


def _summarise(group: list[Route]) -> Route:
    return Route(
        unlogged=any(route.unlogged for route in group),
        unflushed=any(route.unflushed for route in group),
        again=any(route.again for route in group),
        late=any(route.late for route in group),
        slept=all(route.slept for route in group),
        turned=all(route.turned for route in group),
        logged=any(route.logged for route in group),
        deferred=all(route.deferred for route in group),
        flushes=frozenset().union(*(route.flushes for route in group)),
        sleeps=frozenset().union(*(route.sleeps for route in group)),
        waits=frozenset().union(*(route.waits for route in group)),
        by=frozenset().union(*(route.by for route in group)),
        flushed=frozenset(Flush).intersection(*(route.flushed for route in group)),
        pushes=frozenset().union(*(route.pushes for route in group)),
        ran=frozenset().union(*(route.ran for route in group)),
    )


@dataclass(slots=True)
class Environment:
    """The state of one program point. Copied at branches, joined where they meet.

    Copies have one set of names until one of them writes: most branches, and most statements that may raise, change
    nothing. So `names` and `aliases` are read by everyone and written by the methods here only.
    """

    names: dict[str, Value] = field(default_factory=dict)
    """Beliefs by access path: `response`, `self.router`, `chunk.choices[0].delta.content`."""
    aliases: dict[str, str] = field(default_factory=dict)
    """Names that stand for another path: after `delta = chunk.choices[0].delta`, a test of either is a test of both."""
    abandoned: frozenset[Abandoned] = frozenset()
    """Streams left early on the way here and not read to their end since."""
    exhausted: frozenset[Origin] = frozenset()
    """Streams read to their end on every way here."""
    logged: frozenset[Origin] = frozenset()
    """Streams of which the part received was logged by hand on some way here: on the others there was none, or it
    failed."""
    routes: Routes = START
    linked: dict[str, None] = field(default_factory=dict, compare=False, repr=False)
    """Where to look for what has to do with a name: the paths that are longer than a name, and what holds a `Flag`.
    Some of them may be gone from `names`, where there are many more."""
    is_shared: bool = field(default=False, compare=False, repr=False)
    """A copy has the same `names`, `aliases` and `linked`."""

    @classmethod
    def of(cls, parameters: Mapping[str, Value], routes: Routes) -> Environment:
        """Return the state in which a function begins."""
        new = cls(routes=routes)
        for name, value in parameters.items():
            new._bind(name, value)
        return new

    def copy(self) -> Environment:
        """Return an independent copy."""
        self.is_shared = True
        return Environment(
            self.names,
            self.aliases,
            self.abandoned,
            self.exhausted,
            self.logged,
            self.routes,
            self.linked,
            is_shared=True,
        )

    def become(self, other: Environment) -> None:
        """Take over the state of `other`, which is not used any more."""
        self.names, self.aliases, self.linked = other.names, other.aliases, other.linked
        self.is_shared = other.is_shared
        self.abandoned, self.exhausted = other.abandoned, other.exhausted
        self.logged, self.routes = other.logged, other.routes

    def _own(self) -> None:
        if self.is_shared:
            self.names, self.aliases, self.linked = dict(self.names), dict(self.aliases), dict(self.linked)
            self.is_shared = False

    def _bind(self, path: str, value: Value) -> None:
        self.names[path] = value
        if value.__class__ is Flag or not _is_name(path):
            self.linked[path] = None

    def join(self, other: Environment | None) -> Environment:
        """Make this the state after two branches meet (`other` None: that branch does not arrive), and return it."""
        if other is None or other is self:
            return self
        if self.names is not other.names:
            self.names = _join_names(self.names, other.names)
            self.aliases = {name: path for name, path in self.aliases.items() if other.aliases.get(name) == path}
            self.linked = self.linked | other.linked
            self.is_shared = False
        self.abandoned |= other.abandoned
        self.exhausted &= other.exhausted
        self.logged |= other.logged
        self.routes = merge_routes(self.routes, other.routes)
        return self

    def assign(self, path: str, value: Value) -> None:
        """Bind `path`, forgetting what was known of everything reached through it."""
        self.forget(path)
        self._bind(path, value)

    def keep(self, path: str, value: Value) -> None:
        """Bind `path` to the same object as before, of which more is known now."""
        self._own()
        self._bind(path, value)

    def alias(self, name: str, path: str) -> None:
        """Note that the name just bound stands for `path`."""
        if reaches(name, path):
            return
        self._own()
        for known in list(self.linked):
            if known != path and reaches(path, known) and known in self.names:
                self._bind(name + known[len(path) :], self.names[known])
        self.aliases[name] = path

    def narrow(self, path: str, value: Value) -> None:
        """Believe `value` of `path`, under every name it goes by."""
        self._own()
        self._bind(path, value)
        for name, target in self.aliases.items():
            if reaches(name, path):
                self._bind(target + path[len(name) :], value)
            elif reaches(target, path):
                self._bind(name + path[len(target) :], value)

    def forget(self, path: str) -> None:
        """Drop what is believed of `path` and of everything reached through it."""
        self._own()
        self.names.pop(path, None)
        for name in [name for name in self.linked if self._depends(name, path)]:
            self.names.pop(name, None)
            del self.linked[name]
        if self.aliases:
            self.aliases = {
                name: target
                for name, target in self.aliases.items()
                if not reaches(path, name) and not reaches(path, target)
            }

    def _depends(self, name: str, path: str) -> bool:
        """Tell whether a name is reached through a path, or holds a truth value that tells of that; or is gone."""
        value = self.names.get(name)
        return value is None or reaches(path, name) or (value.__class__ is Flag and reaches(path, value.path))


def _join_names(left: dict[str, Value], right: dict[str, Value]) -> dict[str, Value]:
    """A path that only one side knows is kept when it is a plain name: reading it unbound would raise anyway."""
    joined: dict[str, Value] = {}
    for path, value in left.items():
        other = right.get(path)
        if other is None:
            if _is_name(path):
                joined[path] = value
        else:
            joined[path] = value if other is value else join(value, other)
    return joined | {path: value for path, value in right.items() if path not in left and _is_name(path)}


def reaches(path: str, other: str) -> bool:
    """Tell whether `other` is `path` or something reached through it."""
    return other.startswith(path) and (len(other) == len(path) or other[len(path)] in ".[")


def _is_name(path: str) -> bool:
    return "." not in path and "[" not in path


def path_of(node: ast.expr) -> str | None:
    """Return the access path an expression denotes, or None when it is not one.

    `d.get("k")` and `getattr(o, "k", default)` are read as `d['k']` and `o.k`.
    """
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return _extend(node.value, "." + node.attr)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return _extend(node.value, _key(node.slice))
    if isinstance(node, ast.NamedExpr):
        return node.target.id
    return _path_of_call(node) if isinstance(node, ast.Call) else None


def _path_of_call(node: ast.Call) -> str | None:
    if isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
        return _extend(node.func.value, _key(node.args[0])) if isinstance(node.args[0], ast.Constant) else None
    if isinstance(node.func, ast.Name) and node.func.id == "getattr" and len(node.args) >= 2:
        name = node.args[1].value if isinstance(node.args[1], ast.Constant) else None
        return _extend(node.args[0], f".{name}") if isinstance(name, str) else None
    if isinstance(node.func, ast.Name) and node.func.id == "cast" and len(node.args) == 2:
        return path_of(node.args[1])
    return None


def _key(node: ast.Constant) -> str:
    return f"[{node.value!r}]"


def _extend(base: ast.expr, suffix: str) -> str | None:
    path = path_of(base)
    return None if path is None else path + suffix
