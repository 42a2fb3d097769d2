"""What a module must look like once names have given way to their successors: foreseen to the letter, for the proof.

Only the local names of what is imported anew are taken from the rewritten module, which must import them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from codemods.site import Refused
from lint_rules.finding import Name, Respell, Span, UseSuccessors

Place = tuple[int, int]
Placed = Callable[[int, int], Place]
"""From a line and a column in code points to the position as `ast` counts it."""


def respelled(before: ast.Module, after: ast.Module, edits: Sequence[UseSuccessors], placed: Placed) -> ast.Module:
    """Rewrite the places of the edits in `before`, take the moved names out of its imports, and return it."""
    imported = _imported(after)
    for edit in edits:
        for one in edit.imports:
            for name in (*one.needs, *(name for _, name in one.names if name is not None)):
                if name not in imported:
                    raise Refused(f"the fix would not import {'.'.join(filter(None, name))}")
    if edits:
        _Respelling(edits, imported, placed).visit(before)
    return before


def _imported(tree: ast.Module) -> dict[Name, str]:
    """Return what a module imports anywhere, with the local names."""
    imported: dict[Name, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {(alias.name, None): alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            imported |= {(node.module or "", alias.name): alias.asname or alias.name for alias in node.names}
    return imported


class _Respelling(ast.NodeTransformer):
    def __init__(self, edits: Sequence[UseSuccessors], imported: dict[Name, str], placed: Placed) -> None:
        self._imported, self._placed = imported, placed
        places = [place for edit in edits for place in edit.places]
        self._places = {self._key(place.at): place for place in places if place.base or place.tail}
        self._calls = {self._key(place.call): place for place in places if place.call}
        imports = [one for edit in edits for one in edit.imports]
        self._moved = {self._key(one.statement): {index for index, _ in one.names} for one in imports}

    def _key(self, span: Span) -> tuple[Place, Place]:
        return self._placed(span.line, span.column), self._placed(span.end_line, span.end_column)

    def visit(self, node: ast.AST) -> ast.AST | None:
        """Rewrite inside-out, so that the parts of a place may be places."""
        key = _extent(node)
        self.generic_visit(node)
        if isinstance(node, ast.Call) and key in self._calls:
            _respell_keywords(node, self._calls[key])
        if isinstance(node, ast.Name | ast.Attribute) and key in self._places:
            return self._respell(node, self._places[key])
        if isinstance(node, ast.Import | ast.ImportFrom) and key in self._moved:
            node.names = [alias for at, alias in enumerate(node.names) if at not in self._moved[key]]
            node.lineno = node.end_lineno = 0  # what is left of it is at no place of the edit: it has to stay
            return node if node.names else None
        return node

    def _respell(self, node: ast.expr, place: Respell) -> ast.expr:
        if place.base is None:
            assert isinstance(node, ast.Attribute)
            node.attr = place.tail
            return node
        base = place.base if isinstance(place.base, str) else self._imported[place.base]
        return ast.copy_location(ast.parse(f"{base}{place.tail}", mode="eval").body, node)


def _respell_keywords(call: ast.Call, place: Respell) -> None:
    called = dict(place.renames)
    for keyword in call.keywords:
        keyword.arg = called.get(keyword.arg, keyword.arg) if keyword.arg is not None else None
    added = [ast.keyword(name, ast.parse(value, mode="eval").body) for name, value in place.adds]
    call.keywords[:0] = added


def _extent(node: ast.AST) -> tuple[Place, Place] | None:
    if not isinstance(node, ast.stmt | ast.expr):
        return None
    assert node.end_lineno is not None and node.end_col_offset is not None
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
