"""Questions about syntax alone."""

from __future__ import annotations

import ast
import gc
import symtable
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

_SCOPES = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef})


class TooLargeError(Exception):
    """A module is too large or too entangled to be interpreted within bounds."""


_OBJECTS = 500_000
"""How many objects are made before the garbage collector looks at them: some fifty modules."""


@contextmanager
def collecting_late() -> Iterator[None]:
    """Keep the garbage collector from going through all there is whenever a module's nodes are made: nothing of it is
    garbage, and that takes half of the time."""
    known = gc.get_threshold()
    gc.set_threshold(max(_OBJECTS, known[0]) if known[0] else 0, 5, 2)
    try:
        yield
    finally:
        gc.set_threshold(*known)


def parse(data: bytes | str) -> ast.Module:
    """Parse a module, silent about the warnings its own code deserves. Raises SyntaxError, also for null bytes."""
    _parsed.size += len(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(data)
    except ValueError as error:  # null bytes, before Python 3.12
        raise SyntaxError(str(error)) from error


def check_syntax(data: bytes) -> None:
    """Raise what `parse` raises, but make no nodes: that takes half as long."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            symtable.symtable(data, "<unknown>", "exec")  # type: ignore[arg-type] # bytes are as good
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # more than is wrong for `parse`
        parse(data)


class _Parsed(threading.local):
    size = 0


_parsed = _Parsed()


def parsed() -> int:
    """Return how many bytes this thread has parsed so far: a tree takes some thirty times as much."""
    return _parsed.size


def forget() -> None:
    """Let go of the trees that are remembered with what was asked of them."""
    for remembered in (nodes_of, own_nodes, loops_of, stored_attributes, import_statements):
        remembered.cache_clear()


_PLAIN = frozenset(
    {"arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "level", "lineno", "module", "name"}
) | {"op", "ops", "rest", "simple", "tag", "type_comment", "type_ignores"}
"""Fields of nodes that hold no expressions, statements or what these are made of."""


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The other fields, by the kind of node."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        plain = {"value", "kind"} if kind is ast.Constant else _PLAIN
        fields = self[kind] = tuple(name for name in kind._fields if name not in plain)
        return fields


_FIELDS = _Fields()


def children(node: ast.AST) -> list[ast.AST]:
    """Return what a node is directly made of, in source order, but for operators and contexts: `ast.iter_child_nodes`
    takes most of the time of a walk."""
    found: list[ast.AST] = []
    for name in _FIELDS[node.__class__]:
        value = getattr(node, name, None)
        if value.__class__ is list:
            if value:
                found += [one for one in value if isinstance(one, ast.AST)]
        elif value is not None and isinstance(value, ast.AST):
            found.append(value)
    return found


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and everything in it, breadth first."""
    level = [node]
    while level:
        yield from level
        level = [child for one in level if _FIELDS[one.__class__] for child in children(one)]


@lru_cache(maxsize=16)
def nodes_of(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Return every node of a module, breadth first: many questions go over all of them, one walk is enough."""
    found = [tree]
    for node in found:
        if _FIELDS[node.__class__]:  # more than half of all nodes are names and constants
            found += children(node)
    return tuple(found)


def holds(outer: ast.AST, inner: ast.AST) -> bool:
    """Tell whether a node is part of another, or that one itself."""
    return any(node is inner for node in walk(outer))


@lru_cache(maxsize=1024)
def own_nodes(node: ast.AST) -> tuple[ast.AST, ...]:
    """Return everything below `node` that runs in its own scope: nested functions and classes are named, not
    entered."""
    found: list[ast.AST] = []
    pending = children(node)
    while pending:
        current = pending.pop()
        found.append(current)
        if _FIELDS[current.__class__] and current.__class__ not in _SCOPES:
            pending += children(current)
    return tuple(found)


RUNNERS = frozenset({"run", "run_until_complete", "async_to_sync", "run_sync"})
"""What is called to run a coroutine to its end."""


def leaves_parameter_early(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether a function leaves a loop over one of its own parameters."""
    parameters = {argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    return any(
        isinstance(loop, ast.For | ast.AsyncFor)
        and isinstance(loop.iter, ast.Name)
        and loop.iter.id in parameters
        and any(isinstance(inner, ast.Break | ast.Return) for inner in own_nodes(loop))
        for loop in own_nodes(node)
    )


@lru_cache(maxsize=1024)
def loops_of(node: ast.AST) -> tuple[ast.For | ast.AsyncFor, ...]:
    """Return the `for` loops of a function's own body."""
    return tuple(child for child in own_nodes(node) if isinstance(child, ast.For | ast.AsyncFor))


_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")
"""Fields of nodes that hold statements, or what holds some."""


@lru_cache(maxsize=16)
def import_statements(tree: ast.Module) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """Return the imports of a module, wherever they stand: for these no expression is looked at."""
    blocks, found = [tree.body], list[ast.Import | ast.ImportFrom]()
    for block in blocks:
        for node in block:
            if isinstance(node, ast.Import | ast.ImportFrom):
                found.append(node)
            elif not isinstance(node, ast.Expr | ast.Assign):
                blocks += [held for name in _BLOCKS if (held := getattr(node, name, None))]
    return tuple(found)


def imports(tree: ast.Module, package: str) -> bool:
    """Tell whether a module imports a package, or something of it, anywhere."""
    for node in import_statements(tree):
        if isinstance(node, ast.Import) and any(alias.name.partition(".")[0] == package for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").partition(".")[0] == package:
            return True
    return False


def field_names(node: ast.ClassDef) -> list[str]:
    """Return the annotated fields of a class, in order."""
    return [
        item.target.id for item in node.body if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
    ]


def runs_coroutines(tree: ast.Module) -> bool:
    """Tell whether a module may hold an entry point at all: only then does it matter how its functions end."""
    for node in nodes_of(tree):
        name = node.name if isinstance(node, ast.alias) else last_name(node) if isinstance(node, ast.expr) else ""
        if name.rpartition(".")[2] in RUNNERS:
            return True
    return False


def last_name(node: ast.expr) -> str:
    """Return the last identifier of a name or an attribute chain, else nothing."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


_SHORT = 4


def is_short(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> bool:
    """Tell whether a function is looked at in less time than it takes to ask whether that is worth it."""
    if isinstance(node, ast.Lambda):
        return True
    return len(node.body) <= _SHORT and not any(hasattr(statement, "body") for statement in node.body)


def is_generator(node: ast.AST) -> bool:
    """Tell whether a function's own body yields."""
    return any(isinstance(child, ast.Yield | ast.YieldFrom) for child in own_nodes(node))


@lru_cache(maxsize=1024)
def stored_attributes(node: ast.AST) -> frozenset[str]:
    """Return the attributes that a function assigns, or grows."""
    stored: set[str] = set()
    for child in own_nodes(node):
        if isinstance(child, ast.Attribute) and isinstance(child.ctx, ast.Store):
            stored.add(child.attr)
        elif isinstance(child, ast.Attribute) and child.attr in ("append", "extend"):
            stored.add(last_name(child.value))
    return frozenset(stored)


def observation_type(node: ast.expr) -> str:
    """Return what `as_type=` says in a decorator or call that opens a span of the Langfuse SDK; else "span"."""
    for keyword in node.keywords if isinstance(node, ast.Call) else ():
        if keyword.arg == "as_type" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return "span"


def yields_in_try(node: ast.AST) -> bool:
    """Tell whether a context-manager function does its last part also when the `with` body raised."""
    return any(
        isinstance(child, ast.Try) and child.finalbody and any(isinstance(inner, ast.Yield) for inner in walk(child))
        for child in own_nodes(node)
    )
