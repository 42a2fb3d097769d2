"""Where programs end: entry points of async code, and what they leave undelivered."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from lint_rules.finding import Span
from lint_rules.semantics import runs, sdk
from lint_rules.semantics.environment import Route, path_of
from lint_rules.semantics.infer import Machine
from lint_rules.semantics.reach import FLUSHES, Program
from lint_rules.semantics.record import Entry, Record
from lint_rules.semantics.source import Source, shorten
from lint_rules.semantics.syntax import own_nodes


class Ending:
    """What an entry point fails to do, the most specific first."""

    FLUSH_BEFORE_LOGGING = "flush before logging"
    SLEEP = "sleep"
    ONLY_ON_SOME_PATHS = "only on some paths"
    ONLY_WITHOUT_ERROR = "only without error"
    NOTHING = "nothing"


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
    at: Span | None = None
    """The flush or sleep that the ending is about."""
    definition: Span | None = None
    """The `def` of the coroutine function, when it is in this module."""
    flush_statement: Span | None = None
    """The statement of `at`, when it stands in the coroutine function's own body."""
    helper: str | None = None
    """A function of this module that already delivers."""


def entry_points(machine: Machine, record: Record, source: Source) -> Iterator[EntryPoint]:
    """Yield every entry point that fails to deliver its traces."""
    lifespans = list(_lifespans(machine.tree))
    if record.tracing_off or not (record.entries or lifespans):
        return
    program = machine.home.program(machine.tree)
    callbacks = frozenset().union(*record.callbacks.values(), program.callbacks if program is not None else ())
    callback = bool(callbacks)
    for entry in record.entries.values():
        foreign = entry.frame is not None and entry.frame.home is not machine.home
        if entry.frame in record.rescued or foreign:
            continue
        judged = _judge(entry, record, program, callback=callback)
        if judged is not None:
            yield _entry_point(entry, judged, machine, source, callbacks=callbacks)
    if program is None or program.tracing_off:
        return
    for lifespan in lifespans:
        if _leaves_unflushed(lifespan, program, callback=callback):
            yield _lifespan(lifespan, source, callbacks=callbacks)


Judgement = tuple[str, ast.expr | None]
"""How an entry point ends (see `Ending`), and the flush or sleep that this is about."""


def _judge(entry: Entry, record: Record, program: Program | None, *, callback: bool) -> Judgement | None:
    """Judge an entry point by what its ways were seen to do; where nothing was seen, by what its names lead to."""
    if callback and any(route.unlogged or route.logged for route in entry.routes | entry.raised):
        return _judge_callback(entry)
    if not _starts_a_program(entry):
        return None
    if not callback and record.uses_langfuse_sdk and any(route.unflushed for route in entry.routes):
        return _judge_sdk(entry)
    if program is None or program.tracing_off or any(route.logged or route.deferred for route in entry.routes):
        return None
    names = {name for argument in entry.node.args for name in _mentioned(argument)}
    traced = program.traced(names)
    if not (traced.awaits_litellm if callback else traced.observes) or program.reached(names).flushes:
        return None
    return Ending.NOTHING, None


def _starts_a_program(entry: Entry) -> bool:
    """Tell an entry point from a library's synchronous wrapper, which runs a coroutine for a caller it does not know.

    A program starts at the top of a module, in a command, or in a function that runs a coroutine of its own making; a
    wrapper is a method, a decorator's inner function, or hands its own arguments on.
    """
    info = entry.frame
    if info is None:
        return True
    if info.owner is not None or info.parent is not None or isinstance(info.node, ast.Lambda):
        return False
    if info.name.startswith("test"):
        return False
    if info.node.decorator_list:
        return True
    arguments = info.node.args
    parameters = {argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    return not any(parameters & set(_mentioned(argument)) for argument in entry.node.args)


def _mentioned(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr


def _lifespans(tree: ast.Module) -> Iterator[ast.AsyncFunctionDef]:
    """Yield the functions whose end is an application's shutdown: `lifespan(app)`, `@app.on_event("shutdown")`."""
    used = {
        keyword.value.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "lifespan" and isinstance(keyword.value, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef) and (_is_lifespan(node, used) or _is_shutdown_handler(node)):
            yield node


def _is_lifespan(node: ast.AsyncFunctionDef, used: set[str]) -> bool:
    managed = any((path_of(decorator) or "").endswith("asynccontextmanager") for decorator in node.decorator_list)
    return managed and (node.name in used or "lifespan" in node.name) and bool(node.args.args)


def _is_shutdown_handler(node: ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(decorator, ast.Call)
        and (path_of(decorator.func) or "").endswith(".on_event")
        and any(isinstance(argument, ast.Constant) and argument.value == "shutdown" for argument in decorator.args)
        for decorator in node.decorator_list
    )


def _leaves_unflushed(node: ast.AsyncFunctionDef, program: Program, *, callback: bool) -> bool:
    """Tell whether an application that makes traced calls shuts down without anything that may flush them."""
    whole = program.everything()
    if not (whole.awaits_litellm if callback else whole.observes):
        return False
    names = {name for statement in _after_yield(node) for name in _mentioned(statement)}
    flushes = names & FLUSHES or any(sdk.may_deliver(name) for name in names)
    return not flushes and not program.reached(names).flushes


def _after_yield(node: ast.AsyncFunctionDef) -> list[ast.stmt]:
    """Return the statements that run at shutdown: of a lifespan those behind its `yield`, else all."""
    after: list[ast.stmt] = []
    seen = False
    for statement in node.body:
        yields = any(isinstance(part, ast.Yield) for part in ast.walk(statement))
        if seen or yields:
            after.append(statement)
        seen = seen or yields
    return after or node.body


def _lifespan(node: ast.AsyncFunctionDef, source: Source, *, callbacks: frozenset[str]) -> EntryPoint:
    span = source.span(node)
    return EntryPoint(
        span=Span(span.line, span.column, span.line, span.column + len("async def ") + len(node.name)),
        runner="shutdown",
        coroutine=node.name,
        ending=Ending.NOTHING,
        callbacks=callbacks,
    )


def _judge_callback(entry: Entry) -> Judgement | None:
    """Tell how an entry point of a program with a LiteLLM callback can end with calls that nobody has logged."""
    owing = [route for route in entry.routes if route.unlogged and not route.deferred]
    waits = _first(frozenset().union(*(route.waits for route in entry.routes)))
    if not owing:
        failing = [route for route in entry.raised if route.unlogged and not route.deferred]
        return (Ending.ONLY_WITHOUT_ERROR, waits) if failing else None
    flush = _first(frozenset().union(entry.flushes_after, *(route.flushes for route in owing)))
    sleep = _first(_common(owing))
    if sleep is not None:
        return Ending.SLEEP, sleep
    if flush is not None:
        return Ending.FLUSH_BEFORE_LOGGING, flush
    return (Ending.ONLY_ON_SOME_PATHS, waits) if any(route.logged for route in entry.routes) else (Ending.NOTHING, None)


def _common(routes: list[Route]) -> frozenset[ast.expr]:
    return (
        frozenset().union(*(route.sleeps for route in routes)) if all(route.sleeps for route in routes) else frozenset()
    )


def _judge_sdk(entry: Entry) -> Judgement | None:
    owing = any(route.unflushed and not route.deferred for route in entry.routes)
    return (Ending.NOTHING, None) if owing else None


def _first(nodes: frozenset[ast.expr]) -> ast.expr | None:
    return min(nodes, key=lambda node: (node.lineno, node.col_offset), default=None)


def _entry_point(
    entry: Entry, judged: Judgement, machine: Machine, source: Source, *, callbacks: frozenset[str]
) -> EntryPoint:
    ending, at = judged
    coroutine = entry.coroutine
    definition = coroutine.node if coroutine is not None and coroutine.home is machine.home else None
    if isinstance(definition, ast.Lambda) or not isinstance(definition, ast.AsyncFunctionDef):
        definition = None
    statement = _statement_of(at, definition) if at is not None and definition is not None else None
    return EntryPoint(
        span=source.span(entry.node),
        runner=entry.runner,
        coroutine=definition.name
        if definition is not None
        else shorten(entry.node.args[0])
        if entry.node.args
        else "?",
        ending=ending,
        callbacks=callbacks,
        at=source.span(at) if at is not None else None,
        definition=source.span(definition) if definition is not None else None,
        flush_statement=source.span(statement) if statement is not None else None,
        helper=_helper(machine),
    )


def _statement_of(expression: ast.expr, definition: ast.AsyncFunctionDef) -> ast.stmt | None:
    for node in own_nodes(definition):
        if isinstance(node, ast.Expr) and (
            node.value is expression or (isinstance(node.value, ast.Await) and node.value.value is expression)
        ):
            return node
    return None


def _helper(machine: Machine) -> str | None:
    """Return a coroutine function at hand that takes nothing and waits for LiteLLM's logging on every way."""
    for name in machine.home.names:
        function = runs.own_or_imported(name, machine)
        if function is None or not isinstance(function.info.node, ast.AsyncFunctionDef):
            continue
        if _may_help(function.info.node) and runs.delivers(function, machine):
            return name
    return None


def _may_help(node: ast.AsyncFunctionDef) -> bool:
    """Tell whether a function can be called with nothing and makes no calls of its own, as a program's main does."""
    arguments = node.args
    required = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    if required or None in arguments.kw_defaults:
        return False
    called = (path_of(child.func) or "" for child in own_nodes(node) if isinstance(child, ast.Call))
    return not any(f"litellm.{name.rpartition('.')[2]}" in sdk.CALLS for name in called)
