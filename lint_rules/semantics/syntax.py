"""Questions about syntax alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Walk everything below `node` that runs in its own scope: nested functions and classes are named, not entered."""
    pending = list(ast.iter_child_nodes(node))
    while pending:
        current = pending.pop()
        yield current
        if not isinstance(current, Scope):
            pending.extend(ast.iter_child_nodes(current))


def is_generator(node: ast.AST) -> bool:
    """Tell whether a function's own body yields."""
    return any(isinstance(child, ast.Yield | ast.YieldFrom) for child in own_nodes(node))


def yields_in_try(node: ast.AST) -> bool:
    """Tell whether a context-manager function does its last part also when the `with` body raised."""
    return any(
        isinstance(child, ast.Try)
        and child.finalbody
        and any(isinstance(inner, ast.Yield) for inner in ast.walk(child))
        for child in own_nodes(node)
    )
