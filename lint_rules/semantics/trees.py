"""The syntax trees and outlines of the modules that were looked at last: several questions are about one text."""

from __future__ import annotations

import ast
from collections import OrderedDict

from lint_rules.semantics.reach import Outline, outline
from lint_rules.semantics.syntax import parse
from lint_rules.semantics.values import Home

MAX_KEPT = 1_200_000
"""Bytes of modules whose trees are kept; these take some thirty times as much."""


class Trees:
    """Each is made when it is first asked for; the one that was asked for longest ago goes first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[bytes, ast.Module]] = OrderedDict()
        self._outlines: dict[ast.Module, Outline | None] = {}
        """Of these trees; None until somebody asks."""
        self._size = 0

    def of(self, path: str, data: bytes) -> ast.Module:
        """Return the tree of a module with these bytes. Raises SyntaxError, and RecursionError or MemoryError on absurd
        nesting."""
        known = self._kept.get(path)
        if known is not None and known[0] == data:
            self._kept.move_to_end(path)
            return known[1]
        tree = parse(data)
        self._keep(path, data, tree)
        return tree

    def outline(self, tree: ast.Module, home: Home) -> Outline:
        """Return the outline of a module, which is kept as long as its tree."""
        found = self._outlines.get(tree)
        if found is None:
            found = outline(tree, home)
            if tree in self._outlines:
                self._outlines[tree] = found
        return found

    def _keep(self, path: str, data: bytes, tree: ast.Module) -> None:
        self.drop(path)
        self._kept[path], self._outlines[tree] = (data, tree), None
        self._size += len(data)
        while self._size > MAX_KEPT and len(self._kept) > 1:
            self.drop(next(iter(self._kept)))

    def drop(self, path: str) -> None:
        """Let go of a module's tree."""
        if path in self._kept:
            data, tree = self._kept.pop(path)
            self._size -= len(data)
            del self._outlines[tree]
