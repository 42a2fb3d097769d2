"""What rules read: plain facts about one module, with positions as a reader counts them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lint_rules.finding import Span
from lint_rules.semantics import sdk
from lint_rules.semantics.environment import Route, path_of
from lint_rules.semantics.infer import Machine, TooLargeError
from lint_rules.semantics.narrow import Decision
from lint_rules.semantics.record import Entry, Exit, Record, Use
from lint_rules.semantics.syntax import own_nodes
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
    """A `break` or `return` that leaves a loop over a LiteLLM stream, on some way never read to its end."""

    span: Span
    keyword: str
    stream: str
    """The iterable as the program writes it, shortened."""
    is_async: bool
    decided_by: Decision
    loop: Span
    loop_has_else: bool
    resumable: str | None
    """An expression that denotes the loop's iterator at the exit; None when the iterable must be given a name first."""


@dataclass(frozen=True)
class ContentUse:
    """A delta's content, possibly None, that flows into an operation. `how` is "concat", "join" or "render"."""

    span: Span
    how: str
    text: str
    """The operand as the program writes it, shortened."""
    repair: Span | None
    """The expression after which `or ""` makes the use safe, where there is a single one in sight."""


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


def gather(tree: ast.Module, source: Source, home: Home | None = None) -> ModuleFacts:
    """Interpret a module and return its facts. Raises `TooLargeError` beyond the bound and RecursionError on absurd
    nesting."""
    machine = Machine(tree, home)
    record = machine.run()
    return ModuleFacts(
        tuple(sorted(_stream_exits(record, source, machine.home), key=lambda fact: fact.span)),
        tuple(sorted(_content_uses(record, source, machine.home), key=lambda fact: fact.span)),
        tuple(sorted(_entry_points(machine, record, source), key=lambda fact: fact.span)),
    )


def _stream_exits(record: Record, source: Source, home: Home) -> Iterator[StreamExit]:
    for exit_ in record.exits.values():
        if exit_.function is not None and exit_.function.home is not home:
            continue
        if exit_.lost and record.loops[exit_.loop].confirmed() and not _read_elsewhere(exit_, record):
            yield StreamExit(
                span=source.span(exit_.node),
                keyword="break" if isinstance(exit_.node, ast.Break) else "return",
                stream=_shorten(exit_.loop.iter),
                is_async=isinstance(exit_.loop, ast.AsyncFor),
                decided_by=exit_.decisions.pop() if len(exit_.decisions) == 1 else Decision.OTHER,
                loop=source.span(exit_.loop),
                loop_has_else=bool(exit_.loop.orelse),
                resumable=_resumable(exit_.loop),
            )


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
            yield ContentUse(
                source.span(use.node),
                use.how,
                _shorten(use.operand),
                source.span(repair) if repair is not None else None,
            )


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
    if record.tracing_off or not (record.callbacks or record.uses_langfuse_sdk):
        return
    for entry in record.entries.values():
        if entry.frame in record.rescued or (entry.frame is not None and entry.frame.home is not machine.home):
            continue
        judged = _judge_callback(entry) if record.callbacks else _judge_sdk(entry)
        if judged is not None:
            yield _entry_point(entry, *judged, machine, source)


def _judge_callback(entry: Entry) -> tuple[str, ast.expr | None] | None:
    """Tell how an entry point of a program with a LiteLLM callback can end with calls that nobody has logged."""
    owing = [route for route in entry.routes if route.unlogged and not route.deferred]
    if not owing:
        failing = [route for route in entry.raised if route.unlogged and not route.deferred]
        return (Ending.ONLY_WITHOUT_ERROR, None) if failing else None
    flush = _first(frozenset().union(entry.flushes_after, *(route.flushes for route in owing)))
    sleep = _first(_common(owing))
    if sleep is not None:
        return Ending.SLEEP, sleep
    if flush is not None:
        return Ending.FLUSH_BEFORE_LOGGING, flush
    return (Ending.ONLY_ON_SOME_PATHS if any(route.logged for route in entry.routes) else Ending.NOTHING), None


def _common(routes: list[Route]) -> frozenset[ast.expr]:
    return (
        frozenset().union(*(route.sleeps for route in routes)) if all(route.sleeps for route in routes) else frozenset()
    )


def _judge_sdk(entry: Entry) -> tuple[str, ast.expr | None] | None:
    owing = any(route.unflushed and not route.deferred for route in entry.routes)
    return (Ending.NOTHING, None) if owing else None


def _first(nodes: frozenset[ast.expr]) -> ast.expr | None:
    return min(nodes, key=lambda node: (node.lineno, node.col_offset), default=None)


def _entry_point(entry: Entry, ending: str, at: ast.expr | None, machine: Machine, source: Source) -> EntryPoint:
    definition = entry.coroutine.node if entry.coroutine is not None else None
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
        by_callback=bool(machine.record.callbacks),
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
    """Return a coroutine function of the module that takes nothing and waits for LiteLLM's logging on every way."""
    for node in machine.tree.body:
        function = machine.functions.get(node)
        if not isinstance(node, ast.AsyncFunctionDef) or function is None:
            continue
        if _may_help(node) and machine.delivers(function):
            return node.name
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
