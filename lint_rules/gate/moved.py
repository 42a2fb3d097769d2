"""Which findings of now are findings of the base that have moved.

A statement is compared as Python reads it, not as it is laid out. What stands around it tells a loss that moved from
another one that merely looks the same: `break` is in every other loop.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lint_rules.finding import Finding, Span
from lint_rules.gate.lines import source_line
from lint_rules.semantics.source import Source
from lint_rules.semantics.syntax import parse

ENOUGH = 0.5
"""How much of what stands around a statement has to have moved with it."""
_NEAR = 6
"""How many statements before and after it stand around one."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Loop = ast.For | ast.AsyncFor | ast.While


@dataclass(frozen=True)
class Site:
    """One finding, as it is known again elsewhere."""

    path: str
    line: int
    code: str
    statement: str
    loop: str
    """The head of the loop that the statement is in."""
    around: tuple[str, ...]
    """Other statements of the same function, before and after it; of a compound one its head."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What has to be the same wherever it moves."""
        return self.code, self.statement, self.loop


@dataclass(frozen=True)
class _Statement:
    span: Span
    node: ast.stmt
    loop: _Loop | None
    function: _Function | None


def sites(path: str, text: str, findings: Sequence[Finding]) -> list[Site]:
    """Return the sites of a module's findings, in their order."""
    statements = _statements(text)
    found = []
    for finding in findings:
        at = _innermost(statements, finding.span)
        found.append(_commented(path, text, finding) if at is None else _site(path, finding, at, statements))
    return found


def _statements(text: str) -> list[_Statement]:
    try:
        return list(_walk(parse(text), Source(text), None, None))
    except (SyntaxError, RecursionError, MemoryError):
        return []


def _walk(node: ast.AST, source: Source, loop: _Loop | None, function: _Function | None) -> Iterator[_Statement]:
    for child in ast.iter_child_nodes(node):
        inner, within = loop, function
        if isinstance(child, _Loop):
            inner = child
        elif isinstance(child, _Function):
            inner, within = None, child
        if isinstance(child, ast.stmt):
            yield _Statement(source.span(child), child, inner, within)
        if not isinstance(child, ast.expr):
            yield from _walk(child, source, inner, within)


def _innermost(statements: Sequence[_Statement], span: Span) -> int | None:
    """Return the position of the last statement, in order of appearance, that holds the beginning of a span."""
    at = (span.line, span.column)
    holding = (
        index
        for index, one in enumerate(statements)
        if (one.span.line, one.span.column) <= at < (one.span.end_line, one.span.end_column)
    )
    return max(holding, default=None)


def _commented(path: str, text: str, finding: Finding) -> Site:
    """Return the site of a finding that is in no statement: its line has to do."""
    return Site(path, finding.span.line, finding.code, source_line(text, finding.span.line), "", ())


def _site(path: str, finding: Finding, at: int, statements: Sequence[_Statement]) -> Site:
    own = statements[at]
    near = [one for one in statements[max(at - _NEAR, 0) : at + _NEAR + 1] if one.function is own.function]
    around = tuple(_head(one.node) for one in near if one is not own and one.node is not own.loop)
    loop = _head(own.loop) if own.loop is not None else ""
    return Site(path, finding.span.line, finding.code, _head(own.node), loop, around)


def _head(node: ast.stmt) -> str:
    """Return a statement without those below it, spelled the one way that `ast` spells it."""
    bare = copy.copy(node)
    for name, value in ast.iter_fields(node):
        if isinstance(value, list) and value and isinstance(value[0], ast.stmt | ast.excepthandler | ast.match_case):
            setattr(bare, name, [])
    try:
        return ast.unparse(bare)
    except RecursionError:
        return ""


def moved(new: Sequence[Site], old: Sequence[Site]) -> set[int]:
    """Return the positions in `new` of what has moved from a place in `old`; each of those explains one."""
    return {at for at, _ in _pairs(new, old)}


def _pairs(new: Sequence[Site], old: Sequence[Site]) -> Iterator[tuple[int, int]]:
    """Yield positions that belong together, the most alike first."""
    taken, used = set[int](), set[int]()
    for *_, at, place in sorted(_alike(new, old)):
        if at not in taken and place not in used:
            taken.add(at)
            used.add(place)
            yield at, place


def _alike(new: Sequence[Site], old: Sequence[Site]) -> Iterator[tuple[float, bool, int, int, int]]:
    """Yield what may belong together: how much is missing, whether the files differ, how many lines are between, and
    the positions."""
    places: dict[tuple[str, str, str], list[int]] = {}
    for place, other in enumerate(old):
        places.setdefault(other.key, []).append(place)
    for at, one in enumerate(new):
        for place in places.get(one.key, ()):
            other = old[place]
            shared = _shared(one.around, other.around)
            if shared >= ENOUGH:
                yield 1 - shared, one.path != other.path, abs(one.line - other.line), at, place


def _shared(one: Iterable[str], other: Iterable[str]) -> float:
    """Return which part of two collections they have in common; of nothing, all."""
    first, second = Counter(one), Counter(other)
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 1.0
