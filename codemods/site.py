"""Where a codemod works: the nodes at a finding's positions, and the few facts about the module that rewrites need."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any, TypeVar

import libcst as cst
from libcst.metadata import GlobalScope, MetadataWrapper, ParentNodeProvider, PositionProvider, Scope, ScopeProvider

from lint_rules.finding import Problem, Span

Node = TypeVar("Node", bound=cst.CSTNode)
Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement


class Refused(Exception):  # noqa: N818 - not an error: the law at work
    """A rewrite that is not written; `problem` tells the user why."""

    def __init__(self, message: str, span: Span | None = None) -> None:
        super().__init__(message)
        self.problem = Problem(message, span.line if span else None, span.column if span else None)


@dataclass(frozen=True)
class Change:
    """What becomes of one node: `rewrite(updated node, *arguments)`.

    The result is the node's replacement, or several nodes of which the last is that replacement. `rewrite` is a
    module's function and the arguments are plain, so two edits that ask for the same change ask for equal ones.
    """

    node: cst.CSTNode
    rewrite: Callable[..., Any]
    arguments: tuple[object, ...] = ()


class Site:
    """One parsed module, asked by position. It is read, never written: only the engine changes the tree."""

    def __init__(self, module: cst.Module, *, tree: ast.Module, lost_columns: dict[int, int] | None = None) -> None:
        self._wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
        self._lost_columns = lost_columns or {}
        self._fresh: dict[tuple[str, cst.CSTNode], str] = {}
        self.module = module
        self.names = frozenset(name for node in ast.walk(tree) for name in _names(node))
        """Every name that the module binds or reads anywhere; attributes and keywords are not names."""
        self.may_discard = not any(_uses_underscore(node) for node in ast.walk(tree))
        """Whether `_` is nothing to this module, so that a loop may throw values away into it."""

    def statement(self, span: Span, *kinds: type[Node]) -> Node:
        """Return the node of one of `kinds` that starts where `span` starts; a statement is known by its start."""
        start = self._start(span)
        for kind in kinds:
            node = self._by_start.get((kind, *start))
            if isinstance(node, kind):
                return node
        raise Refused(f"no {' or '.join(kind.__name__.lower() for kind in kinds)} here any more", span)

    def expression(self, span: Span) -> cst.BaseExpression:
        """Return the expression that covers exactly `span` (its own parentheses not counted)."""
        start = self._start(span)
        end = (span.end_line, span.end_column - self._lost_columns.get(span.end_line, 0))
        node = self._expressions.get((*start, *end))
        if node is None:
            raise Refused("no expression here any more", span)
        return node

    def small_statement(self, span: Span) -> cst.BaseSmallStatement:
        """Return the small statement that is at `span`, or that the expression at `span` is part of."""
        node = self._by_start.get((cst.Expr, *self._start(span)))
        for candidate in [node] if node else [self.expression(span), *self.ancestors(self.expression(span))]:
            if isinstance(candidate, cst.BaseSmallStatement):
                return candidate
        raise Refused("no statement here any more", span)

    def parent(self, node: cst.CSTNode) -> cst.CSTNode:
        """Return the node right above `node`."""
        return self._parents[node]

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """Yield the nodes above `node`, innermost first, the module last."""
        while node is not self.module:
            node = self._parents[node]
            yield node

    def start_over(self) -> None:
        """Forget the names that were given out: another rewrite of the same module begins."""
        self._fresh.clear()

    def fresh(self, wanted: str, owner: cst.CSTNode) -> str:
        """Return `wanted`, or `wanted_2`, ...: a name new to the module, the same one whenever `owner` asks again.

        Owners in different functions may get the same name.
        """
        if (wanted, owner) not in self._fresh:
            here = self._function(owner)
            taken = self.names.union(name for (_, other), name in self._fresh.items() if self._function(other) is here)
            candidates = (f"{wanted}_{number}" if number > 1 else wanted for number in count(1))
            self._fresh[wanted, owner] = next(name for name in candidates if name not in taken)
        return self._fresh[wanted, owner]

    def scope(self, node: cst.CSTNode) -> Scope:
        """Return the scope that `node` is evaluated in; for a function's body, the function's own."""
        scope = self._wrapper.resolve(ScopeProvider)[node]
        assert isinstance(scope, Scope)
        return scope

    @property
    def global_scope(self) -> GlobalScope:
        """The scope of the module."""
        scope = self.scope(self.module)
        assert isinstance(scope, GlobalScope)
        return scope

    def _function(self, node: cst.CSTNode) -> cst.CSTNode:
        return next((above for above in self.ancestors(node) if isinstance(above, cst.FunctionDef)), self.module)

    def _start(self, span: Span) -> tuple[int, int]:
        return span.line, span.column - self._lost_columns.get(span.line, 0)

    @cached_property
    def _parents(self) -> Mapping[cst.CSTNode, cst.CSTNode]:
        return self._wrapper.resolve(ParentNodeProvider)

    @cached_property
    def _positions(self) -> dict[cst.CSTNode, tuple[int, int, int, int]]:
        ranges = self._wrapper.resolve(PositionProvider)
        return {n: (r.start.line, r.start.column, r.end.line, r.end.column) for n, r in ranges.items()}

    @cached_property
    def _by_start(self) -> dict[tuple[type[cst.CSTNode], int, int], cst.CSTNode]:
        return {(type(node), place[0], place[1]): node for node, place in self._positions.items()}

    @cached_property
    def _expressions(self) -> dict[tuple[int, int, int, int], cst.BaseExpression]:
        return {place: node for node, place in self._positions.items() if isinstance(node, cst.BaseExpression)}


def parse(source: str, module: cst.Module) -> Statement:
    """Parse one statement written with four spaces and `\\n` into the indentation and line ends of `module`."""
    source = source.replace("    ", module.default_indent).replace("\n", module.default_newline)
    return cst.parse_statement(source, module.config_for_parsing)


def _names(node: ast.AST) -> Iterator[str]:
    """Yield the names that `node` itself, not its children, binds or reads."""
    if isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]
    elif isinstance(node, ast.Global | ast.Nonlocal):
        yield from node.names
    elif not isinstance(node, ast.keyword):
        fields = (getattr(node, field, None) for field in ("id", "arg", "name", "rest"))
        yield from (field for field in fields if isinstance(field, str))


def _uses_underscore(node: ast.AST) -> bool:
    """Tell whether `node` does more with `_` than throw a value away: reads it (gettext), imports it, defines it."""
    if isinstance(node, ast.arg) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)):
        return False
    return "_" in _names(node)
