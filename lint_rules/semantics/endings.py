"""How a program's coroutines end: what was seen of their ways, judged; nothing here looks at syntax for itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from lint_rules.finding import Flush, Span, Wait
from lint_rules.semantics import exporters, sdk
from lint_rules.semantics.environment import Route, Routes, path_of
from lint_rules.semantics.record import Entry, Record
from lint_rules.semantics.releases import Extent, Fact, Targets
from lint_rules.semantics.syntax import holds, last_name, nodes_of
from lint_rules.semantics.values import External, FunctionInfo


class Ending:
    """What an entry point fails to do, the most specific first."""

    FLUSH_BEFORE_LOGGING = "flush before logging"
    SLEEP = "sleep"
    ONLY_ON_SOME_PATHS = "only on some paths"
    ONLY_WITHOUT_ERROR = "only without error"
    NOTHING = "nothing"
    WAITS_IN_VAIN = "waits in vain"
    """It waits for LiteLLM's logging on every way, by means that some releases do not have: see `EntryPoint.only`."""
    EXPORTER_UNFLUSHED = "exporter unflushed"
    """It waits for LiteLLM's logging on every way; what has been logged is not certainly sent."""


class Ends(Enum):
    """How the process goes on when an entry point has ended, which decides whether exporters flush by themselves."""

    NORMALLY = "normally"
    """The interpreter shuts down, or lives on: what has been logged is exported."""
    FROZEN = "frozen"
    """It is frozen until the next call, if there is one (AWS Lambda)."""
    KILLED = "killed"
    """`os._exit`: neither `finally` nor `atexit` runs."""
    FORKED = "forked"
    """A forked worker that ends with `os._exit` (multiprocessing, RQ)."""


@dataclass(frozen=True)
class Condition:
    """A judgement that depends on the release of LiteLLM: it stands where `fact` does (not) hold."""

    fact: Fact
    holds: bool

    def extent(self, targets: Targets) -> Extent:
        """Tell for how many of the target releases the judgement stands."""
        target = targets.litellm
        return Extent.of(self.fact.covers(one) == self.holds for one in target.releases)


@dataclass(frozen=True)
class EntryPoint:
    """A coroutine run to its end by a call, and how it ends for the traces of the calls it makes."""

    span: Span
    runner: str
    coroutine: str
    """The name of the coroutine function, or the expression that is run."""
    ending: str
    callbacks: frozenset[str] = frozenset()
    """The LiteLLM callbacks by which its calls are traced; none: by the Langfuse SDK alone, which a normal exit
    flushes."""
    ends: Ends = Ends.NORMALLY
    unwinds: bool = True
    """A `finally` in the coroutine runs; False where `os._exit` ends the process inside it, and no fix can help."""
    flushed: frozenset[Flush] = frozenset()
    """The exporters that are flushed, after LiteLLM has logged, on ways on which the process does not end normally."""
    at: Span | None = None
    """The flush, wait or sleep that the ending is about."""
    definition: Span | None = None
    """The `def` of the coroutine function, when it is in this module."""
    flush_statement: Span | None = None
    """The statement of `at`, when it stands in the coroutine function's own body."""
    helper: str | None = None
    """A function of this module that already delivers."""
    uncalled: str | None = None
    """A function elsewhere in the project that already delivers, as messages name it."""
    sleep: Span | None = None
    """The statement that is the sleep at `at`."""
    steps: tuple[Span, ...] = ()
    """Statements of the coroutine function's own body that deliver, when they come last in it."""
    only: Condition | None = None
    """The releases of LiteLLM for which this is so; None: all."""
    vain: tuple[Condition, ...] = ()
    """The releases for which it does not help to wait as it waits, where it does."""

    spanned: bool = False
    """Its calls run inside spans of the Langfuse SDK, as far as this module shows, and nothing keeps them apart."""

    def waits_in_vain(self, targets: Targets) -> bool:
        """Tell whether waiting as it waits does not help with some of the target releases."""
        return any(condition.extent(targets) is not Extent.NEVER for condition in self.vain)


@dataclass(frozen=True)
class Judgement:
    """How an entry point ends, and the flush, wait or sleep that this is about."""

    ending: str
    at: ast.expr | None = None
    flushed: frozenset[Flush] = frozenset()
    only: Condition | None = None


def ends_of(info: FunctionInfo | None, record: Record) -> Ends:
    """Return how the process goes on at the end of a function."""
    if info is None:
        return Ends.NORMALLY
    if not record.spawns and (info in record.forked or _is_process(info)):
        return Ends.FORKED
    return Ends.FROZEN if _is_cloud_function(info) else Ends.NORMALLY


def _is_process(info: FunctionInfo) -> bool:
    """`class Worker(multiprocessing.Process): def run(self)`."""
    bases = info.owner.bases if info.owner is not None and info.name == "run" else ()
    return any(isinstance(base, External) and _PROCESS.match(base.dotted) for base in bases)


_PROCESS = re.compile(r"(multiprocessing|billiard)\.(\w+\.)*Process$")
_EVENT = re.compile(r"_*event$")
_CONTEXT = re.compile(r"_*(context)?$")
_CLOUD_DECORATORS = frozenset({"functions_framework.http", "functions_framework.cloud_event"})


def _is_cloud_function(info: FunctionInfo) -> bool:
    """`def handler(event, context)`, which is frozen when it has returned; Google's are known by their decorator."""
    node = info.node
    if not isinstance(node, ast.FunctionDef) or info.owner is not None or info.parent is not None:
        return False
    if any((path_of(decorator) or "") in _CLOUD_DECORATORS for decorator in node.decorator_list):
        return True
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return len(names) == 2 and bool(_EVENT.match(names[0]) and _CONTEXT.match(names[1]))


@dataclass(frozen=True)
class Ways:
    """All ways out of a coroutine."""

    routes: Routes
    raised: Routes = frozenset()
    inside: Routes = frozenset()
    """Those that end the process on the spot: what is deferred does not happen."""
    flushes_after: frozenset[ast.expr] = frozenset()


def judge_ways(ways: Ways) -> Judgement | None:
    """Tell how a coroutine of a program with a LiteLLM callback can end with calls that nobody has logged."""
    returning = ways.routes | ways.inside
    owing = [route for route in ways.routes if route.unlogged and not route.deferred]
    owing += [route for route in ways.inside if route.unlogged]
    waits = _first(frozenset().union(*(route.waits for route in returning)))
    if not owing:
        failing = [route for route in ways.raised if route.unlogged and not route.deferred]
        return Judgement(Ending.ONLY_WITHOUT_ERROR, waits) if failing else None
    flush = _first(frozenset().union(ways.flushes_after, *(route.flushes for route in owing)))
    sleep = _first(_common(owing))
    if sleep is not None:
        return Judgement(Ending.SLEEP, sleep)
    if flush is not None:
        return Judgement(Ending.FLUSH_BEFORE_LOGGING, flush)
    waited = any(route.logged for route in returning)
    return Judgement(Ending.ONLY_ON_SOME_PATHS, waits) if waited else Judgement(Ending.NOTHING)


def judge_waits(entry: Entry, tree: ast.Module) -> Iterator[Judgement]:
    """Yield the ways of waiting that do not work with every release of LiteLLM."""
    waiting = [route for route in entry.routes | entry.inside if route.logged and not route.deferred]
    at = _first(frozenset().union(*(route.waits for route in waiting)))
    if any(route.by == {Wait.WORKER} for route in waiting):
        yield Judgement(Ending.WAITS_IN_VAIN, at, only=Condition(sdk.LOGGING_WORKER, holds=False))
    if any(Wait.TASKS in route.by for route in waiting) and not _spares_worker(tree):
        late = any(route.late for route in waiting) and not _is_bounded(at, tree)
        fact = sdk.LOGGING_WORKER if late else sdk.WORKER_MAY_HANG
        yield Judgement(Ending.WAITS_IN_VAIN, at, only=Condition(fact, holds=True))


def _spares_worker(tree: ast.Module) -> bool:
    """Tell whether a module knows of the worker's own task, and so will not wait for it."""
    return any(
        (isinstance(node, ast.Attribute) and node.attr == "_worker_task")
        or (isinstance(node, ast.Constant) and node.value == "_worker_loop")
        for node in nodes_of(tree)
    )


def _is_bounded(node: ast.expr | None, tree: ast.Module) -> bool:
    """Tell whether a wait has a timeout: its own, or that of a `wait_for` or `timeout` around it."""
    if node is None or (isinstance(node, ast.Call) and any(keyword.arg == "timeout" for keyword in node.keywords)):
        return True
    around = (other for other in nodes_of(tree) if holds(other, node))
    return any(_bounds(other) for other in around)


def _bounds(node: ast.AST) -> bool:
    calls = [item.context_expr for item in node.items] if isinstance(node, ast.With | ast.AsyncWith) else [node]
    names = (last_name(call.func) for call in calls if isinstance(call, ast.Call))
    return any(name in ("wait_for", "timeout", "timeout_at", "fail_after", "move_on_after") for name in names)


def judge_export(entry: Entry, record: Record) -> Iterator[Judgement]:
    """Yield what an abnormal end of the process leaves unsent, and what is flushed before it.

    A flush on one way counts for all: the others are mostly those of an error in it, which a helper has caught.
    """
    _, routes = process_end(entry, record)
    logged = [route for route in routes if route.logged]
    if not logged or any(route.deferred for route in logged):
        return
    flushed = frozenset().union(*(route.flushed for route in logged))
    if flushed != exporters.EVERY:
        pushes = _first(frozenset().union(*(route.pushes for route in logged)))
        waits = _first(frozenset().union(*(route.waits for route in logged)))
        yield Judgement(Ending.EXPORTER_UNFLUSHED, pushes or waits, flushed)


def process_end(entry: Entry, record: Record) -> tuple[Ends, Routes]:
    """Return how the process goes on after an entry point, and the ways on which it does not end normally."""
    if entry.inside or entry.killed:
        return Ends.KILLED, entry.inside | entry.killed
    for info, routes in entry.after.items():
        ends = ends_of(info, record)
        if ends is not Ends.NORMALLY:
            return ends, routes
    return Ends.NORMALLY, frozenset()


def judge_flushed(routes: Routes) -> Judgement | None:
    owing = any(route.unflushed and not route.deferred for route in routes)
    return Judgement(Ending.NOTHING) if owing else None


def _common(routes: list[Route]) -> frozenset[ast.expr]:
    return (
        frozenset().union(*(route.sleeps for route in routes)) if all(route.sleeps for route in routes) else frozenset()
    )


def _first(nodes: frozenset[ast.expr]) -> ast.expr | None:
    return min(nodes, key=lambda node: (node.lineno, node.col_offset), default=None)
