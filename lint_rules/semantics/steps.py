"""The statements by which a coroutine delivers its traces itself, as they stand in its body."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from lint_rules.semantics.reach import FLUSHES
from lint_rules.semantics.syntax import last_name, walk


def steps_of(function: ast.AsyncFunctionDef, waits: Collection[ast.expr]) -> list[ast.stmt]:
    """Return the first run of statements in one block of a function that delivers: a wait for LiteLLM's logging (one of
    the expressions `waits`), the turn of the loop right before it, and what flushes after it."""
    return next(filter(None, (_run(block, waits) for block in _blocks(function))), []) if waits else []


def _run(body: list[ast.stmt], waits: Collection[ast.expr]) -> list[ast.stmt]:
    first = next((index for index, statement in enumerate(body) if _holds(statement, waits)), None)
    if first is None:
        return []
    start = first - 1 if first and _is_turn(body[first - 1]) else first
    end = first + 1
    while end < len(body) and (_holds(body[end], waits) or _is_turn(body[end]) or _is_flush(body[end])):
        end += 1
    return body[start:end]


def following_flush(statement: ast.stmt, tree: ast.AST) -> ast.stmt | None:
    """Return the flush that comes right after a statement in its block."""
    for block in _blocks(tree):
        if statement in block[:-1]:
            after = block[block.index(statement) + 1]
            return after if _is_flush(after) else None
    return None


def statement_around(expression: ast.expr, tree: ast.AST) -> ast.stmt | None:
    """Return the statement that consists of an expression, awaited or not."""
    return next((node for node in walk(tree) if isinstance(node, ast.Expr) and _holds(node, (expression,))), None)


def _holds(statement: ast.stmt, expressions: Collection[ast.expr]) -> bool:
    """Tell whether a statement is one of the expressions, awaited or not, by itself or inside `asyncio.wait_for`."""
    if not isinstance(statement, ast.Expr):
        return False
    value = _awaited(statement.value)
    inner = value.args[0] if isinstance(value, ast.Call) and value.args else None
    return any(one in (value, statement.value, inner) for one in expressions)


def _is_turn(statement: ast.stmt) -> bool:
    """Tell whether a statement is `await asyncio.sleep(0)`."""
    value = _awaited(statement.value) if isinstance(statement, ast.Expr) else None
    if not isinstance(value, ast.Call) or last_name(value.func) != "sleep" or len(value.args) != 1:
        return False
    return isinstance(value.args[0], ast.Constant) and value.args[0].value in (0, 0.0)


def _is_flush(statement: ast.stmt) -> bool:
    """Tell whether a statement is a call of something's `flush` or `shutdown`, awaited or not."""
    value = _awaited(statement.value) if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Call) and last_name(value.func) in FLUSHES


def _awaited(value: ast.expr) -> ast.expr:
    return value.value if isinstance(value, ast.Await) else value


def _blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                yield block
