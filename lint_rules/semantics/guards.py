"""Code that knows that another release may run: in a `try` that catches what a missing name raises, behind a question
about the version, or only there for the type checker."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import takewhile

from lint_rules.semantics.bindings import AnyImport, Bindings
from lint_rules.semantics.environment import path_of
from lint_rules.semantics.syntax import walk

_ON_IMPORT = frozenset({None, "ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_ON_ATTRIBUTE = frozenset({None, "AttributeError", "Exception", "BaseException"})
_ON_CALL = frozenset({None, "TypeError", "Exception", "BaseException"})

_QUESTIONS = (
    *("langfuse.__version__", "langfuse.version", "importlib.metadata", "importlib_metadata", "importlib.util"),
    *("packaging", "pkg_resources", "inspect", "typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING"),
)
"""What a test mentions that asks for a version, or for what there is."""
_ASKING = frozenset({"hasattr", "getattr"})
_MAX_HOPS = 3
"""How many names a question may be handed on through."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def is_guarded(node: ast.AST, bindings: Bindings) -> bool:
    """Tell whether the code around `node` provides for its failing."""
    errors = _errors(node)
    in_function = False
    for above, part in bindings.above(node):
        if isinstance(above, ast.Try) and not in_function and _catches(above, part, errors):
            return True
        if isinstance(above, ast.If | ast.IfExp | ast.While) and part is not above.test and asks(above.test, bindings):
            return True
        if isinstance(above, ast.BoolOp) and any(asks(value, bindings) for value in _before(above.values, part)):
            return True
        if any(_leaves_if_asked(statement, bindings) for statement in _earlier(above, part)):
            return True
        in_function = in_function or isinstance(above, _Function)
    return False


def _errors(node: ast.AST) -> frozenset[str | None]:
    if isinstance(node, AnyImport):
        return _ON_IMPORT
    return _ON_ATTRIBUTE if isinstance(node, ast.Attribute) else _ON_CALL


def _catches(node: ast.Try, part: ast.AST, errors: frozenset[str | None]) -> bool:
    """Tell whether a `try` provides for errors in one of its parts: its body, or a handler that tries another way."""
    handlers = [handler for handler in node.handlers if _names(handler) & errors]
    return bool(handlers) and (part in node.body or part in handlers)


def _names(handler: ast.ExceptHandler) -> set[str | None]:
    if handler.type is None:
        return {None}
    nodes = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {path_of(node) for node in nodes}


def _before(parts: Sequence[ast.AST], part: ast.AST) -> Iterator[ast.AST]:
    return takewhile(lambda one: one is not part, parts)


def _earlier(above: ast.AST, part: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements that come before `part` in its block."""
    for block in (getattr(above, field, None) for field in ("body", "orelse", "finalbody")):
        if isinstance(block, list) and part in block:
            yield from _before(block, part)


def _leaves_if_asked(statement: ast.AST, bindings: Bindings) -> bool:
    """`if not V2: return` keeps what follows from running with the wrong version."""
    if not isinstance(statement, ast.If) or not asks(statement.test, bindings):
        return False
    return isinstance(statement.body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)


def asks(test: ast.AST, bindings: Bindings, hops: int = _MAX_HOPS) -> bool:
    """Tell whether an expression asks which version there is, or whether something is there at all."""
    return any(_is_question(node, bindings, hops) for node in walk(test))


def _is_question(node: ast.AST, bindings: Bindings, hops: int) -> bool:
    if not isinstance(node, ast.Name | ast.Attribute):
        return False
    dotted = bindings.dotted(node)
    if dotted is not None and any(dotted == one or dotted.startswith(f"{one}.") for one in _QUESTIONS):
        return True
    if not isinstance(node, ast.Name) or not hops:
        return False
    return node.id in _ASKING or any(_answers(one, bindings, hops - 1) for one in _bound(node.id, bindings))


def _bound(name: str, bindings: Bindings) -> Iterator[ast.stmt]:
    """Yield the statements that bind a name."""
    yield from (binding.statement for binding in bindings.imports if binding.local == name)
    for node in bindings.parents:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                yield node
        elif isinstance(node, ast.FunctionDef) and node.name == name:
            yield node


def _answers(statement: ast.stmt, bindings: Bindings, hops: int) -> bool:
    """Tell whether a statement binds the answer to such a question: computed from one, or found out by trying."""
    tried = any(
        isinstance(above, ast.Try) and _catches(above, part, _ON_IMPORT) for above, part in bindings.above(statement)
    )
    if isinstance(statement, AnyImport) or tried:
        return tried
    if isinstance(statement, ast.FunctionDef):
        return any(
            asks(part.value, bindings, hops) for part in walk(statement) if isinstance(part, ast.Return) and part.value
        )
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    return value is not None and asks(value, bindings, hops)
