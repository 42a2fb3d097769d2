"""What a team says of callables whose source is not analysed: which return a LiteLLM stream, which deliver.

The names are one more table beside `sdk`, looked up with what a name of the program resolves to. They come with the
settings of the file that is checked, so they are handed down, not kept.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from lint_rules.semantics import sdk
from lint_rules.semantics.syntax import nodes_of
from lint_rules.settings import Settings


@dataclass(frozen=True)
class Declared:
    """Dotted names of callables, as programs import them: `ourlib.chat.ask`, `ourlib.chat.Client.ask`."""

    sources: frozenset[str] = frozenset()
    """Their result is a LiteLLM stream: awaited or not, as the program uses it."""
    flushes: frozenset[str] = frozenset()
    """They wait for LiteLLM's logging and flush its exporter; as decorators and context managers on the way out."""

    @classmethod
    def of(cls, settings: Settings) -> Declared:
        """Return what settings declare."""
        return cls(frozenset(settings.stream_sources), frozenset(settings.flush_helpers))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All of them, in order."""
        return tuple(sorted(self.sources | self.flushes))

    @cached_property
    def owners(self) -> frozenset[str]:
        """Everything that the names are reached through: `ourlib`, `ourlib.chat`, `ourlib.chat.Client`."""
        return sdk.owners_of(self.names)

    @cached_property
    def _mentions(self) -> tuple[tuple[bytes, ...], ...]:
        """Per name what a module cannot do without that imports it: every part but the last."""
        return tuple({tuple(part.encode() for part in name.split(".")[:-1]) for name in self.names})

    def is_mentioned(self, data: bytes) -> bool:
        """Tell whether a module's bytes mention LiteLLM, Langfuse or where one of these callables comes from."""
        return sdk.is_mentioned(data) or self.is_imported(data)

    def is_imported(self, data: bytes) -> bool:
        """Tell whether a module's bytes mention where one of these callables comes from."""
        return any(all(part in data for part in parts) for parts in self._mentions)

    def leads(self, dotted: str) -> bool:
        """Tell whether a name is one of them, or what one of them is reached through."""
        return dotted in self.owners or dotted in self.sources or dotted in self.flushes

    def in_module(self, dotted: str) -> dict[str, str]:
        """Return the names that would be of a module, and what they are reached through, by what they are called in it:
        `Client`, `Client.ask`."""
        before = f"{dotted}."
        known = (*self.owners, *self.names)
        return {name.removeprefix(before): name for name in known if name.startswith(before)}


NOTHING_DECLARED = Declared()


@dataclass(frozen=True)
class Spelled:
    """How one module can spell the declared names, as far as its imports tell."""

    sources: frozenset[str] = frozenset()
    """Names and access paths that are a stream source: `say`, `chat.ask`."""
    flushes: frozenset[str] = frozenset()
    """The same of those that deliver."""
    methods: frozenset[str] = frozenset()
    """Names of attributes that are a stream source, if what they hang on is an instance of a class: `ask`."""
    flushing: frozenset[str] = frozenset()
    """The same of those that deliver."""
    words: frozenset[str] = frozenset()
    """Everything a function mentions that uses one of them."""
    uses_source: bool = False
    """A stream source is imported, or the module or class that it is in."""


NOT_SPELLED = Spelled()


def spelled(tree: ast.Module, declared: Declared) -> Spelled:
    """Return how a module can spell the declared names."""
    if not declared.names:
        return NOT_SPELLED
    nodes = nodes_of(tree)
    imported = [one for one in _imported(nodes) if declared.leads(one.dotted)]
    found = [(one, name) for one in imported for name in declared.names if _reaches(one.dotted, name)]
    sources = [(one, name) for one, name in found if name in declared.sources]
    flushes = [(one, name) for one, name in found if name in declared.flushes]
    mentioned = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    methods, flushing = _methods(sources, mentioned), _methods(flushes, mentioned)
    return Spelled(
        _paths(sources),
        _paths(flushes),
        methods,
        flushing,
        frozenset(one.local for one in imported) | methods | flushing,
        any(one.whole in (name, name.rpartition(".")[0]) for one, name in sources),
    )


@dataclass(frozen=True)
class _Import:
    """What one import binds: a local name, what that stands for, and the name that is imported (`import a.b`)."""

    local: str
    dotted: str
    whole: str


def _imported(nodes: Iterable[ast.AST]) -> Iterator[_Import]:
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.name if alias.asname else alias.name.partition(".")[0]
                yield _Import(alias.asname or bound, bound, alias.name)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            for alias in node.names:
                dotted = f"{node.module}.{alias.name}"
                yield _Import(alias.asname or alias.name, dotted, dotted)


def _reaches(dotted: str, name: str) -> bool:
    return name == dotted or name.startswith(f"{dotted}.")


def _paths(found: Iterable[tuple[_Import, str]]) -> frozenset[str]:
    return frozenset(one.local + name.removeprefix(one.dotted) for one, name in found)


def _methods(found: Iterable[tuple[_Import, str]], mentioned: Collection[str]) -> frozenset[str]:
    """Return the last parts of names whose owner is a class, as its name tells, that the module imports or mentions."""
    parts = ((one, name, name.split(".")[-2]) for one, name in found if name != one.dotted)
    near = ((name, owner) for one, name, owner in parts if one.dotted.endswith(f".{owner}") or owner in mentioned)
    return frozenset(name.rpartition(".")[2] for name, owner in near if owner[0].isupper())
