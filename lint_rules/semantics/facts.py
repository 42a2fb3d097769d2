"""What rules read: plain facts about one module, with positions as a reader counts them."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lint_rules.finding import Span, Step
from lint_rules.semantics import sdk
from lint_rules.semantics.environment import Route, path_of
from lint_rules.semantics.infer import Machine, TooLargeError
from lint_rules.semantics.narrow import Decision
from lint_rules.semantics.reach import FLUSHES, Program
from lint_rules.semantics.record import Entry, Exit, Record, Use, place_of
from lint_rules.semantics.syntax import leaves_parameter_early, own_nodes
from lint_rules.semantics.values import FunctionInfo, Home

__all__ = [
    "ContentUse",
    "Decision",
    "Ending",
    "EntryPoint",
    "ModuleFacts",
    "Source",
    "StreamExit",
    "TooLargeError",
    "gather",
]

_NEWLINE = re.compile("\r\n|\r|\n")


class Source:
    """The text of a module, and the one place where `ast`'s byte columns become code points."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines: list[str] | None = None if text.isascii() else _NEWLINE.split(text)

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """Return the position of a node."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return Span(
            node.lineno,
            self._column(node.lineno, node.col_offset),
            node.end_lineno,
            self._column(node.end_lineno, node.end_col_offset),
        )

    def _column(self, line: int, offset: int) -> int:
        if self._lines is None:
            return offset
        return len(self._lines[line - 1].encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace"))


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


class Ending:
    """What an entry point fails to do, the most specific first."""

    FLUSH_BEFORE_LOGGING = "flush before logging"
    SLEEP = "sleep"
    ONLY_ON_SOME_PATHS = "only on some paths"
    ONLY_WITHOUT_ERROR = "only without error"
    NOTHING = "nothing"


@dataclass(frozen=True)
class EntryPoint:
    """A coroutine run to its end by a call, and how it ends for the traces of the calls it makes."""

    span: Span
    runner: str
    coroutine: str
    """The name of the coroutine function, or the expression that is run."""
    ending: str
    by_callback: bool
    """Traced by a LiteLLM callback; False: by the Langfuse SDK alone, which a normal exit flushes."""
    at: Span | None = None
    """The flush or sleep that the ending is about."""
    definition: Span | None = None
    """The `def` of the coroutine function, when it is in this module."""
    flush_statement: Span | None = None
    """The statement of `at`, when it stands in the coroutine function's own body."""
    helper: str | None = None
    """A function of this module that already delivers."""


@dataclass(frozen=True)
class ModuleFacts:
    """All facts of one module, in source order."""

    stream_exits: tuple[StreamExit, ...] = ()
    content_uses: tuple[ContentUse, ...] = ()
    entry_points: tuple[EntryPoint, ...] = ()
    unread_streams: tuple[UnreadStream, ...] = ()
    blocking_flushes: tuple[BlockingFlush, ...] = ()


def gather(tree: ast.Module, source: Source, home: Home | None = None) -> ModuleFacts:
    """Interpret a module and return its facts. Raises `TooLargeError` beyond the bound and RecursionError on absurd
    nesting."""
    machine = Machine(tree, home)
    record = machine.run()
    _ask_callers(machine)
    return ModuleFacts(
        tuple(sorted(_stream_exits(record, source, machine.home), key=lambda fact: fact.span)),
        tuple(sorted(_content_uses(record, source, machine.home), key=lambda fact: fact.span)),
        tuple(sorted(_entry_points(machine, record, source), key=lambda fact: fact.span)),
        tuple(sorted(_unread_streams(record, source, machine.home), key=lambda fact: fact.span)),
        tuple(BlockingFlush(source.span(one.node), one.function.name) for one in record.blocking.values()),
    )


def _ask_callers(machine: Machine) -> None:
    """A parameter that every caller in the project passes a stream is one: look at the callers in other modules."""
    functions = (node for node in ast.walk(machine.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    names = frozenset(node.name for node in functions if leaves_parameter_early(node))
    if not names:
        return
    nodes = {place_of(node): node for node in ast.walk(machine.tree) if isinstance(node, ast.stmt)}
    for record in machine.home.callers(names):
        machine.record.adopt(record, machine.home, nodes)


def _stream_exits(record: Record, source: Source, home: Home) -> Iterator[StreamExit]:
    for exit_ in record.exits.values():
        if exit_.function is not None and exit_.function.home is not home:
            continue
        if exit_.lost and record.loops[exit_.loop].confirmed() and not _read_elsewhere(exit_, record):
            yield StreamExit(
                span=source.span(exit_.node),
                keyword=type(exit_.node).__name__.lower(),
                stream=_shorten(exit_.loop.iter),
                subject=_subject(exit_, home),
                is_async=isinstance(exit_.loop, ast.AsyncFor),
                decided_by=exit_.decisions.pop() if len(exit_.decisions) == 1 else Decision.OTHER,
                loop=source.span(exit_.loop),
                loop_has_else=bool(exit_.loop.orelse),
                drainable=not exit_.stream.restarts,
                resumable=_resumable(exit_.loop),
                trace=_trace(exit_, home),
            )


def _trace(exit_: Exit, home: Home) -> tuple[Step, ...]:
    keyword = type(exit_.node).__name__.lower()
    return (
        *exit_.stream.via,
        Step(home.name, exit_.loop.lineno, f"`{_shorten(exit_.loop.iter)}` is iterated"),
        Step(home.name, exit_.node.lineno, f"`{keyword}` leaves the loop"),
    )


def _subject(exit_: Exit, home: Home) -> str:
    """`the LiteLLM stream `response``, or the generator that suspends one."""
    name = _shorten(exit_.loop.iter)
    if exit_.stream.generator is not None:
        return f"`{name}`, which suspends the LiteLLM stream in `{exit_.stream.generator}`,"
    made = exit_.stream.via[0] if exit_.stream.via else None
    if made is None or made.path == home.name:
        return f"the LiteLLM stream `{name}`"
    return f"the LiteLLM stream `{name}` (made at `{os.path.relpath(made.path, Path(home.name).parent)}:{made.line}`)"


def _unread_streams(record: Record, source: Source, home: Home) -> Iterator[UnreadStream]:
    for origin, made in record.made.items():
        foreign = made.function is not None and made.function.home is not home
        if origin not in record.consumed and not foreign:
            yield UnreadStream(source.span(made.node), origin.callable, made.is_async, origin in record.stepped)


def _read_elsewhere(exit_: Exit, record: Record) -> bool:
    """A stream kept in an attribute that another loop reads too: that loop may come back to it."""
    kept = exit_.stream.origins & record.held
    return any(loop is not exit_.loop for origin in kept for loop in record.streams.get(origin, ()))


_HANDED_THROUGH = frozenset({"cast", "typing.cast", "aiter", "iter", "enumerate"})
"""Calls around an iterable that read from the very object they are given."""


def _resumable(loop: ast.For | ast.AsyncFor) -> str | None:
    iterable = loop.iter
    while isinstance(iterable, ast.Call) and iterable.args and (path_of(iterable.func) or "") in _HANDED_THROUGH:
        iterable = iterable.args[1 if (path_of(iterable.func) or "").endswith("cast") else 0]
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
    for node in ast.walk(loop):
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
            handed_in = use.how == "join" and repair is not None and not _holds(use.node, repair)
            yield ContentUse(
                source.span(repair if handed_in and repair is not None else use.node),
                use.how,
                _shorten(repair if handed_in and repair is not None else use.operand),
                source.span(repair) if repair is not None else None,
            )


def _holds(node: ast.AST, part: ast.AST) -> bool:
    return any(child is part for child in ast.walk(node))


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
        return any(_is_name(child, name, ast.Load) for child in ast.iter_child_nodes(node))
    if isinstance(node, ast.Call) and path_of(node.func) != "print":
        return any(_is_name(argument, name) for argument in (*node.args, *(keyword.value for keyword in node.keywords)))
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
        return node.value is not None and _is_name(node.value, name)
    return False


def _is_name(node: ast.AST, name: str, context: type[ast.expr_context] = ast.expr_context) -> bool:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, context)


def _entry_points(machine: Machine, record: Record, source: Source) -> Iterator[EntryPoint]:
    lifespans = list(_lifespans(machine.tree))
    if record.tracing_off or not (record.entries or lifespans):
        return
    program = machine.home.program(machine.tree)
    callback = bool(record.callbacks) or (program is not None and program.registers_callback)
    for entry in record.entries.values():
        foreign = entry.frame is not None and entry.frame.home is not machine.home
        if entry.frame in record.rescued or foreign:
            continue
        judged = _judge(entry, record, program, callback=callback)
        if judged is not None:
            yield _entry_point(entry, judged, machine, source, by_callback=callback)
    if program is None or program.tracing_off:
        return
    for lifespan in lifespans:
        if _leaves_unflushed(lifespan, program, callback=callback):
            yield _lifespan(lifespan, source, by_callback=callback)


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


def _lifespan(node: ast.AsyncFunctionDef, source: Source, *, by_callback: bool) -> EntryPoint:
    span = source.span(node)
    return EntryPoint(
        span=Span(span.line, span.column, span.line, span.column + len("async def ") + len(node.name)),
        runner="shutdown",
        coroutine=node.name,
        ending=Ending.NOTHING,
        by_callback=by_callback,
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


def _entry_point(entry: Entry, judged: Judgement, machine: Machine, source: Source, *, by_callback: bool) -> EntryPoint:
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
        else _shorten(entry.node.args[0])
        if entry.node.args
        else "?",
        ending=ending,
        by_callback=by_callback,
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
        function = machine.own_or_imported(name)
        if function is None or not isinstance(function.info.node, ast.AsyncFunctionDef):
            continue
        if _may_help(function.info.node) and machine.delivers(function):
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


def _shorten(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 40 else text[:37] + "..."
