"""Questions about syntax alone."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef


def parse(data: bytes | str) -> ast.Module:
    """Parse a module, silent about the warnings its own code deserves. Raises SyntaxError, also for null bytes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(data)
    except ValueError as error:  # null bytes, before Python 3.12
        raise SyntaxError(str(error)) from error


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Walk everything below `node` that runs in its own scope: nested functions and classes are named, not entered."""
    pending = list(ast.iter_child_nodes(node))
    while pending:
        current = pending.pop()
        yield current
        if not isinstance(current, Scope):
            pending.extend(ast.iter_child_nodes(current))


def last_name(node: ast.expr) -> str:
    """Return the last identifier of a name or an attribute chain, else nothing."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def is_generator(node: ast.AST) -> bool:
    """Tell whether a function's own body yields."""
    return any(isinstance(child, ast.Yield | ast.YieldFrom) for child in own_nodes(node))


def stores_attributes(node: ast.AST) -> bool:
    """Tell whether a function assigns attributes, or grows them."""
    return any(
        isinstance(child, ast.Attribute) and (isinstance(child.ctx, ast.Store) or child.attr in ("append", "extend"))
        for child in own_nodes(node)
    )


_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "route", "websocket", "api_route"})


def serves_requests(node: ast.AST) -> bool:
    """Tell whether a coroutine function is registered as a request handler: `@app.post("/chat")`."""
    if not isinstance(node, ast.AsyncFunctionDef):
        return False
    calls = (decorator.func for decorator in node.decorator_list if isinstance(decorator, ast.Call))
    return any(isinstance(function, ast.Attribute) and function.attr in _VERBS for function in calls)


def yields_in_try(node: ast.AST) -> bool:
    """Tell whether a context-manager function does its last part also when the `with` body raised."""
    return any(
        isinstance(child, ast.Try)
        and child.finalbody
        and any(isinstance(inner, ast.Yield) for inner in ast.walk(child))
        for child in own_nodes(node)
    )
