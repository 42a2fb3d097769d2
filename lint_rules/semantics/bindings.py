"""What the names of a module mean by its imports alone, wherever in it they stand: no interpretation is needed.

A name counts only when nothing but imports of one and the same thing binds it anywhere in the module. Then every
mention of it is a mention of that thing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lint_rules.semantics.syntax import children, nodes_of
from lint_rules.semantics.values import External, Finder

AnyImport = ast.Import | ast.ImportFrom
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Binding:
    """One name of an import statement."""

    statement: AnyImport
    index: int
    """Its position in the statement."""
    local: str
    """The name that it binds here."""
    dotted: str
    """What that stands for: `import a.b` binds `a` to `a`."""
    imported: str
    """What is imported: `import a.b` imports `a.b`."""

    @property
    def alias(self) -> ast.alias:
        """The name as the statement has it."""
        return self.statement.names[self.index]


@dataclass
class Bindings:
    """The imports of a module from outside the linted code, and the mentions of what they bind."""

    tree: ast.Module
    find: Finder
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    imports: list[Binding] = field(default_factory=list)
    mentions: dict[str, list[ast.Name]] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    """Words in the texts of the module that could be names: in `__all__`, in annotations, in what is patched."""
    _others: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for node in nodes_of(self.tree):
            for child in children(node):
                self.parents[child] = node
            if isinstance(node, AnyImport):
                self.imports += self._imported(node)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
                self.words.update(_WORD.findall(node.value))
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                self.mentions.setdefault(node.id, []).append(node)
            else:
                self._others.update(_binds(node))

    def _imported(self, node: AnyImport) -> Iterator[Binding]:
        for index, alias in enumerate(node.names):
            level, module = (node.level, node.module or "") if isinstance(node, ast.ImportFrom) else (0, alias.name)
            found = self.find(level, module, alias.name if isinstance(node, ast.ImportFrom) else None)
            local = alias.asname or alias.name.partition(".")[0]
            if not isinstance(found, External):
                self._others.add(local)
                continue
            rooted = isinstance(node, ast.Import) and alias.asname is None
            yield Binding(node, index, local, found.dotted.partition(".")[0] if rooted else found.dotted, found.dotted)

    def meaning(self, name: str) -> str | None:
        """Return what a name stands for, if it stands for one thing only."""
        meant = {binding.dotted for binding in self.imports if binding.local == name}
        return meant.pop() if len(meant) == 1 and name not in self._others else None

    def dotted(self, node: ast.AST) -> str | None:
        """Return the full name of what an expression like `d.langfuse_context.flush` denotes."""
        if isinstance(node, ast.Name):
            return self.meaning(node.id)
        if isinstance(node, ast.Attribute) and (owner := self.dotted(node.value)) is not None:
            return f"{owner}.{node.attr}"
        return None

    def above(self, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
        """Yield what `node` is part of, innermost first, each with the part of it that holds `node`."""
        while (parent := self.parents.get(node)) is not None:
            yield parent, node
            node = parent


def _binds(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node other than an import binds."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.Global | ast.Nonlocal):
        yield from node.names
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler | ast.MatchAs):
        yield from (node.name,) if node.name else ()
    elif isinstance(node, ast.MatchStar | ast.MatchMapping):
        name = node.name if isinstance(node, ast.MatchStar) else node.rest
        yield from (name,) if name else ()
