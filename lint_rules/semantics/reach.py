"""What a whole program does, roughly: which functions lead to traced calls, and which lead to a flush.

Where values cannot be followed (factories, registries, handlers called by a framework), names still can: a function
leads to every function of the program that it mentions by name. That is too generous in both directions, so it is
asked only for what a rule may be generous about: a traced call that may happen, and a flush that may happen after
all.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lint_rules.semantics import sdk
from lint_rules.semantics.declared import Spelled, spelled
from lint_rules.semantics.environment import path_of
from lint_rules.semantics.syntax import import_statements, last_name, nodes_of, own_nodes, walk

if TYPE_CHECKING:
    from lint_rules.semantics.values import Home

MODULE = "<module>"
"""The name under which a module's top level, which runs on import, goes."""

FLUSHES = frozenset({"flush", "shutdown", "force_flush", "flush_async", "flush_langfuse_tracing", "aflush"})
_TRACING = re.compile(r"langfuse|trac(e|ing)|telemetry|otel|observ|exporter|get_client", re.IGNORECASE)


_PARTS = frozenset({"choices", "delta", "finish_reason"})
LITELLM_ITSELF = "<litellm>"
"""What a function mentions that has LiteLLM as a whole, to return it, to keep it or to look something up in it. Whoever
takes one thing out of it mentions that by its name."""
_CALLS = frozenset(name.rpartition(".")[2] for name in sdk.CALLS)
_STREAMING = frozenset(name.rpartition(".")[2] for name, call in sdk.CALLS.items() if call.streams)
_TYPES = frozenset(
    name.rpartition(".")[2] for name in (*sdk.STREAM_TYPES, *sdk.CHUNK_TYPES, *sdk.DELTA_TYPES, "litellm.Router")
)
_STREAMS = _STREAMING | _TYPES | _PARTS | {LITELLM_ITSELF}
"""What a function mentions that may have a stream, or a part of one."""
_WORDS = (
    _STREAMS
    | _CALLS
    | FLUSHES
    | {"litellm"}
    | {"langfuse", "observe", "all_tasks"}
    | {"GLOBAL_LOGGING_WORKER", "callbacks", "success_callback", "failure_callback"}
)
"""What a function mentions that the linter is about."""


@dataclass
class Sketch:
    """What is known of all functions of one name: what they mention, whether they trace, whether they flush."""

    mentions: set[str] = field(default_factory=set)
    stores: set[str] = field(default_factory=set)
    """The attributes that they assign, or grow."""
    awaits_litellm: bool = False
    observes: bool = False
    flushes: bool = False

    def merge(self, other: Sketch) -> None:
        """Add what another function of the same name does."""
        self.mentions |= other.mentions
        self.stores |= other.stores
        self.awaits_litellm |= other.awaits_litellm
        self.observes |= other.observes
        self.flushes |= other.flushes


@dataclass
class Outline:
    """One module: its functions and classes by simple name, and whether it sets up tracing."""

    tree: ast.AST
    functions: dict[str, Sketch] = field(default_factory=dict)
    methods: dict[str, set[str]] = field(default_factory=dict)
    """The names of each class's functions: what one of them keeps in `self`, any of them may use."""
    variables: dict[str, set[str]] = field(default_factory=dict)
    """What the values of the module's variables mention."""
    parents: dict[str, set[str]] = field(default_factory=dict)
    """The functions in which functions, or the classes around them, are defined."""
    words: frozenset[str] = frozenset()
    """What it calls the callables that the settings declare, and what these are reached through."""

    @cached_property
    def callbacks(self) -> frozenset[str]:
        """The Langfuse callbacks that it registers with LiteLLM, by name."""
        return frozenset(name for node in nodes_of(self.tree) for name in _registered(node))

    @cached_property
    def tracing_off(self) -> bool:
        """Whether it switches tracing off."""
        return any(_switches_off(node) for node in nodes_of(self.tree))

    def leading(self, imported: Set[str], *, traced: bool = True) -> frozenset[str]:
        """Return the functions that mention what the linter is about (`traced`: traces, too), or mention one that
        does."""
        words = self.words_of(traced=traced) | imported
        leading = {
            name for name, sketch in self.functions.items() if sketch.mentions & words or (traced and sketch.flushes)
        }
        growing = True
        while growing:
            more = {
                name for name, sketch in self.functions.items() if name not in leading and sketch.mentions & leading
            }
            more |= {name for names in self.methods.values() if names & leading for name in names - leading}
            leading |= more
            growing = bool(more)
        return frozenset(leading)

    def words_of(self, *, traced: bool) -> frozenset[str]:
        """Return what a function mentions that the linter is about (`traced`: traces, too)."""
        return (_WORDS if traced else _STREAMS) | self.words

    def add(self, name: str, sketch: Sketch) -> None:
        """Add a function."""
        self.functions.setdefault(name, Sketch()).merge(sketch)


@dataclass(frozen=True)
class Program:
    """The modules that an entry point's module imports, itself first, taken together; outlined when that is asked
    for."""

    callbacks: frozenset[str]
    """The Langfuse callbacks that imported modules register with LiteLLM, by name."""
    tracing_off: bool
    """The entry module switches tracing off."""
    outlined: Callable[[], tuple[tuple[Outline, ...], tuple[tuple[int, ...], ...]]]
    """Gives the outlines, and for each module the modules that it imports itself."""
    writing: Callable[[re.Pattern[bytes]], Iterable[Outline]]
    """Gives the outlines of the modules in whose text something stands, one after the other."""

    @cached_property
    def _outlined(self) -> tuple[tuple[Outline, ...], tuple[tuple[int, ...], ...]]:
        return self.outlined()

    @property
    def outlines(self) -> tuple[Outline, ...]:
        """The modules, in the order of `neighbours`."""
        return self._outlined[0]

    @property
    def neighbours(self) -> tuple[tuple[int, ...], ...]:
        """For each module, the modules that it imports itself."""
        return self._outlined[1]

    def reached(self, names: Iterable[str]) -> Sketch:
        """Return what happens in everything that `names` lead to; a flush may be arranged on import, too."""
        reached = Sketch()
        reached.flushes = any(outline.functions[MODULE].flushes for outline in self.outlines)
        seen: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            for sketch in self._by_name.get(name, ()):
                reached.merge(sketch)
                waiting.extend(sketch.mentions - seen)
        return reached

    def traced(self, names: Iterable[str]) -> Sketch:
        """Return what happens in everything that `names` of the entry module lead to, from import to import.

        Stricter than `reached`: a name leads to functions of its own module and of those that this one imports.
        """
        traced = Sketch()
        seen: set[tuple[int, str]] = set()
        waiting = [(0, name) for name in names]
        while waiting:
            place = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            module, name = place
            for at in (module, *self.neighbours[module]):
                sketch = self.outlines[at].functions.get(name)
                if sketch is not None and (at, MODULE) != (at, name):
                    traced.merge(sketch)
                    waiting.extend((at, mention) for mention in sketch.mentions)
        return traced

    @cached_property
    def _by_name(self) -> dict[str, list[Sketch]]:
        by_name: dict[str, list[Sketch]] = {}
        for outline in self.outlines:
            for name, sketch in outline.functions.items():
                by_name.setdefault(name, []).append(sketch)
        return by_name

    @cached_property
    def awaits_litellm(self) -> bool:
        """Whether a coroutine anywhere in the program calls LiteLLM."""
        return any(sketch.awaits_litellm for one in self.writing(ASYNC) for sketch in one.functions.values())

    @cached_property
    def observes(self) -> bool:
        """Whether anything in the program records something with the Langfuse SDK."""
        return any(sketch.observes for one in self.writing(_LANGFUSE) for sketch in one.functions.values())


@dataclass(frozen=True)
class _Aliases:
    """What a module calls what records or delivers: things of Langfuse's, and what the settings declare."""

    langfuse: frozenset[str]
    declared: Spelled
    own_sources: frozenset[str]
    """Functions of the module itself that are declared to be stream sources."""
    own_flushes: frozenset[str]


def outline(tree: ast.Module, home: Home) -> Outline:
    """Return the outline of a module; its `home` knows what the settings declare."""
    known = spelled(tree, home.declared)
    sources, flushes = (
        frozenset(own.rpartition(".")[2] for own, name in home.own.items() if name in names)
        for names in (home.declared.sources, home.declared.flushes)
    )
    result = Outline(tree, words=known.words | sources | flushes)
    _outline_scope(tree, MODULE, result, _Aliases(_langfuse_names(tree), known, sources, flushes))
    return result


def _outline_scope(scope: ast.AST, name: str, result: Outline, aliases: _Aliases) -> None:
    nodes = own_nodes(scope)
    sketch = _sketch(scope, nodes, aliases)
    if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
        sketch.awaits_litellm |= isinstance(scope, ast.AsyncFunctionDef) and name in aliases.own_sources
        sketch.flushes |= name in aliases.own_flushes
    result.add(name, sketch)
    for node in nodes:
        if name == MODULE and isinstance(node, ast.Assign):
            _outline_variable(node, result)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            _outline_scope(node, node.name, result, aliases)
            if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
                result.functions[node.name].mentions.add(name)  # its free variables are bound there
                result.parents.setdefault(node.name, set()).add(name)
        elif isinstance(node, ast.ClassDef):
            _outline_class(node, result, aliases)
            if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
                for method in result.methods[node.name]:
                    result.parents.setdefault(method, set()).add(name)


def _outline_variable(node: ast.Assign, result: Outline) -> None:
    """A variable of the module (a registry of classes, say) leads to what its value mentions."""
    mentions = {part.id for part in walk(node.value) if isinstance(part, ast.Name)}
    for target in node.targets:
        if isinstance(target, ast.Name) and mentions:
            result.add(target.id, Sketch(mentions))
            result.variables.setdefault(target.id, set()).update(mentions)


def _outline_class(node: ast.ClassDef, result: Outline, aliases: _Aliases) -> None:
    """A class leads wherever its methods lead; it flushes only where a method that does is named."""
    inner = Outline(node)
    _outline_scope(node, node.name, inner, aliases)
    whole = Sketch()
    result.methods.setdefault(node.name, set()).update(inner.functions)
    for name, sketch in inner.functions.items():
        if name != node.name:
            result.add(name, sketch)
            result.parents.setdefault(name, set()).update(inner.parents.get(name, ()))
        whole.mentions |= sketch.mentions
        whole.awaits_litellm |= sketch.awaits_litellm
        whole.observes |= sketch.observes
    result.add(node.name, whole)


def _sketch(scope: ast.AST, nodes: Sequence[ast.AST], aliases: _Aliases) -> Sketch:
    decorators = list(getattr(scope, "decorator_list", ())) if not isinstance(scope, ast.ClassDef) else []
    kinds = _by_kind([*nodes, *(part for decorator in decorators for part in walk(decorator))])
    sketch = Sketch()
    for node in kinds[ast.Attribute]:
        sketch.mentions.add(node.attr)
        sketch.flushes |= node.attr in FLUSHES and _may_be_langfuse(node.value, aliases.langfuse)
        if isinstance(node.ctx, ast.Store):
            sketch.stores.add(node.attr)
        elif node.attr in ("append", "extend"):
            sketch.stores.add(last_name(node.value))
    loaded = {node.id for node in kinds[ast.Name] if isinstance(node.ctx, ast.Load)}
    sketch.mentions |= loaded.difference(node.id for node in kinds[ast.Name] if not isinstance(node.ctx, ast.Load))
    if "litellm" in loaded and _has_litellm_itself(kinds):
        sketch.mentions.add(LITELLM_ITSELF)
    sketch.mentions |= _PARTS.intersection(node.value for node in kinds[ast.Constant] if isinstance(node.value, str))
    for node in (*kinds[ast.FunctionDef], *kinds[ast.AsyncFunctionDef], *kinds[ast.ClassDef]):
        sketch.mentions |= {part.id for one in node.decorator_list for part in walk(one) if isinstance(part, ast.Name)}
    sketch.observes = bool(loaded & aliases.langfuse)
    sketch.awaits_litellm = bool(sketch.mentions & ASYNC_CALLS)
    sketch.flushes |= bool(sketch.mentions & {"GLOBAL_LOGGING_WORKER", "flush_langfuse_tracing"})
    if aliases.declared.words:
        _sketch_declared(scope, kinds, aliases.declared, sketch)
    if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
        imports = (*kinds[ast.Import], *kinds[ast.ImportFrom])
        sketch.mentions.update(name for node in imports for name in _imported(node))
    return sketch


def _has_litellm_itself(kinds: Mapping[type[ast.AST], list[Any]]) -> bool:
    """Tell whether something else is done with the name of LiteLLM than to take an attribute of it."""
    bases = {node.value for node in kinds[ast.Attribute]}
    return any(node.id == "litellm" and node not in bases for node in kinds[ast.Name])


def _by_kind(nodes: Iterable[ast.AST]) -> defaultdict[type[ast.AST], list[Any]]:
    """Return nodes by their kind: what is asked of most of them is asked of few."""
    kinds: defaultdict[type[ast.AST], list[Any]] = defaultdict(list)
    for node in nodes:
        kinds[node.__class__].append(node)
    return kinds


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Yield the package that an import is from, and what it imports."""
    if isinstance(node, ast.Import) and any(alias.name == "litellm" and alias.asname for alias in node.names):
        yield LITELLM_ITSELF
    if isinstance(node, ast.ImportFrom) and node.module is not None:
        yield node.module.partition(".")[0]
    yield from (alias.name.partition(".")[0] for alias in node.names)


def _sketch_declared(
    scope: ast.AST, kinds: Mapping[type[ast.AST], list[Any]], declared: Spelled, sketch: Sketch
) -> None:
    """Note which callables a function mentions that are declared; a coroutine is taken to await a stream source, unless
    a plain `for` goes over it."""
    stepped = {part for node in kinds[ast.For] for part in walk(node.iter)}
    for node in (*kinds[ast.Name], *kinds[ast.Attribute]):
        path = path_of(node) or ""
        method = node.attr if isinstance(node, ast.Attribute) else ""
        if node not in stepped and isinstance(scope, ast.AsyncFunctionDef):
            sketch.awaits_litellm |= path in declared.sources or method in declared.methods
        sketch.flushes |= path in declared.flushes or method in declared.flushing


ASYNC_CALLS = frozenset(name.rpartition(".")[2] for name, call in sdk.CALLS.items() if call.is_async)
ASYNC = re.compile("|".join(sorted(ASYNC_CALLS)).encode())
"""What a module writes that calls LiteLLM in a coroutine."""
_LANGFUSE = re.compile(rb"langfuse")


def _may_be_langfuse(receiver: ast.expr, aliases: frozenset[str]) -> bool:
    """Tell whether `receiver.flush()` may be about traces: by its name, or because the module uses the SDK."""
    name = last_name(receiver.func if isinstance(receiver, ast.Call) else receiver)
    return bool(_TRACING.search(name)) or (bool(aliases) and not sdk.is_other_receiver(name))


def _langfuse_names(tree: ast.Module) -> frozenset[str]:
    """Return the names that a module binds to things of the Langfuse SDK that record something."""
    return frozenset(name for node in import_statements(tree) for name in _bound_to_langfuse(node))


def _bound_to_langfuse(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name.partition(".")[0] == "langfuse":
                yield alias.asname or alias.name.partition(".")[0]
    elif not node.level and (node.module or "").partition(".")[0] == "langfuse":
        yield from (alias.asname or alias.name for alias in node.names)


def _registered(node: ast.AST) -> Iterator[str]:
    """Yield what `litellm.success_callback = ["langfuse"]`, `.append("langfuse")`, `callbacks=["langfuse_otel"]`
    register."""
    if isinstance(node, ast.Assign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(_is_callback_list(target) for target in targets):
            yield from _callbacks_in(node.value)
    elif isinstance(node, ast.Call):
        grows = isinstance(node.func, ast.Attribute) and _is_callback_list(node.func.value)
        given = [keyword.value for keyword in node.keywords if keyword.arg in sdk.CALLBACK_KEYWORDS]
        for argument in (*(node.args if grows else ()), *given):
            yield from _callbacks_in(argument)


def _is_callback_list(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in sdk.CALLBACK_KEYWORDS


def _callbacks_in(node: ast.expr) -> Iterator[str]:
    for part in walk(node):
        if isinstance(part, ast.Constant) and part.value in sdk.CALLBACK_NAMES:
            yield str(part.value)


def _switches_off(node: ast.AST) -> bool:
    """`os.environ["LANGFUSE_TRACING_ENABLED"] = "false"`, `Langfuse(tracing_enabled=False)`."""
    if isinstance(node, ast.Call):
        return (
            any(
                keyword.arg in ("tracing_enabled", "enabled")
                and isinstance(keyword.value, ast.Constant)
                and keyword.value.value is False
                for keyword in node.keywords
            )
            and last_name(node.func) == "Langfuse"
        )
    return False
