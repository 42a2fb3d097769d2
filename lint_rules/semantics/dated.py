"""Uses of names of Langfuse's API that not every release has: imports, attributes, keywords.

An import is one use, whatever the module does with what it binds; the places where it does are listed with it, for they
have to change together.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lint_rules.finding import Span
from lint_rules.semantics.bindings import AnyImport, Binding, Bindings
from lint_rules.semantics.guards import is_guarded
from lint_rules.semantics.langfuse_api import Symbol, is_member, keyword_symbol_of, symbol_of
from lint_rules.semantics.source import Source

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_DECORATORS = frozenset(
    {
        "langfuse.observe",
        "langfuse.decorators.observe",
        "langfuse.decorators.langfuse_context.observe",
        "langfuse.decorators.langfuse_decorator.observe",
    }
)


@dataclass(frozen=True)
class CallSite:
    """How something is called."""

    span: Span
    keywords: tuple[str | None, ...]
    """None stands for `**`."""
    positional: int
    is_statement: bool
    """Nothing looks at what it returns."""


@dataclass(frozen=True)
class Observed:
    """The decorator of the function around a place, as far as it tells about the current observation."""

    as_type: str
    captures_output: bool


@dataclass(frozen=True)
class Place:
    """Where a name, or an attribute of what it stands for, is used."""

    span: Span
    dotted: str
    """The longest dated symbol, or else what the name itself stands for."""
    call: CallSite | None
    observed: Observed | None
    """None: the function around it is not decorated, or not in a way that can be read."""


@dataclass(frozen=True)
class ImportedName:
    """A name that an import statement binds to something dated, with the places that use it."""

    statement: Span
    index: int
    local: str
    dotted: str
    is_module: bool
    """`import a.b` or `import a.b as c`, not a name from a module."""
    is_renamed: bool
    at_top: bool
    """At the top level of the module."""
    places: tuple[Place, ...]
    trouble: str = ""
    """Why the places may not be all there are, or may not change."""


@dataclass(frozen=True)
class DatedUse:
    """A use of a symbol that not every release has."""

    span: Span
    symbol: Symbol
    path: str
    """The dotted name by which the program reaches it."""
    guarded: bool
    """The code around it provides for its absence."""
    names: tuple[ImportedName, ...] = ()
    """Of an import: every name that the module imports from there, in this statement or in others."""
    place: Place | None = None
    """Of an attribute or keyword: where it stands."""


def dated_uses(
    bindings: Bindings,
    references: dict[ast.Attribute | ast.Call, str],
    source: Source,
    exported: Callable[[str], bool],
) -> Iterator[DatedUse]:
    """Yield the uses of dated symbols; `exported` tells whether others may import a name from here."""
    reader = _Reader(bindings, source, exported)
    yield from reader.imports()
    for node, dotted in references.items():
        yield from reader.keywords(node, dotted) if isinstance(node, ast.Call) else reader.attribute(node, dotted)


class _Reader:
    """One module and how to read it."""

    def __init__(self, bindings: Bindings, source: Source, exported: Callable[[str], bool]) -> None:
        self._bindings, self._source, self._exported = bindings, source, exported
        self._imported_modules = frozenset(
            binding.imported for binding in bindings.imports if isinstance(binding.statement, ast.Import)
        )

    def imports(self) -> Iterator[DatedUse]:
        """Yield the imports: a whole statement where its module is dated, else the single names."""
        seen: set[AnyImport] = set()
        for binding in self._bindings.imports:
            symbol = _symbol_of_import(binding)
            if symbol is None or binding.statement in seen:
                continue
            whole = not isinstance(binding.statement, ast.Import) and symbol.dotted != binding.imported
            if whole:
                seen.add(binding.statement)
            node = binding.statement if whole else binding.alias
            guarded = is_guarded(binding.statement, self._bindings)
            names = tuple(map(self._name, self._together(symbol)))
            yield DatedUse(self._source.span(node), symbol, symbol.dotted, guarded, names)

    def _together(self, symbol: Symbol) -> Iterator[Binding]:
        """Yield every name that is imported from what `symbol` is, or as it, by code that relies on it."""
        imports = (one for one in self._bindings.imports if _symbol_of_import(one) is symbol)
        return (one for one in imports if not is_guarded(one.statement, self._bindings))

    def _name(self, binding: Binding) -> ImportedName:
        prefix = binding.imported if binding.local == binding.imported.partition(".")[0] else binding.dotted
        is_module = isinstance(binding.statement, ast.Import)
        mentions = self._bindings.mentions.get(binding.local, [])
        places = [self._place(mention, binding.dotted) for mention in mentions]
        if is_module and binding.alias.asname is None:
            places = [place for place in places if _is_below(place.dotted, prefix)]
        return ImportedName(
            self._source.span(binding.statement),
            binding.index,
            binding.local,
            binding.imported,
            is_module,
            binding.alias.asname is not None,
            isinstance(self._bindings.parents[binding.statement], ast.Module),
            tuple(places),
            self._trouble(binding) if _has_to_go(binding) else "",
        )

    def _trouble(self, binding: Binding) -> str:
        name = binding.local
        if name == "*":
            return "it is not visible which names `*` brings"
        same = [one for one in self._bindings.imports if one.local == name]
        if self._bindings.meaning(name) is None or any(is_guarded(one.statement, self._bindings) for one in same):
            return f"`{name}` is bound elsewhere as well"
        if name in self._bindings.words and isinstance(binding.statement, ast.ImportFrom):
            return f"a text in this module names `{name}`"
        return f"others import `{name}` from here" if self._exported(name) else ""

    def _place(self, mention: ast.Name, dotted: str) -> Place:
        """Return the longest part of `mention.a.b` that is dated; of none, the longest there is."""
        chain: list[tuple[ast.expr, str]] = [(mention, dotted)]
        for above, part in self._bindings.above(mention):
            if not isinstance(above, ast.Attribute) or above.value is not part:
                break
            chain.append((above, f"{chain[-1][1]}.{above.attr}"))
        known = [(node, name) for node, name in chain if symbol_of(name) is not None]
        node, name = known[-1] if known else chain[-1]
        return self._at(node, name)

    def _at(self, node: ast.expr, dotted: str) -> Place:
        return Place(self._source.span(node), dotted, self._call_of(node), self._observed(node))

    def _call_of(self, node: ast.expr) -> CallSite | None:
        call = self._bindings.parents[node]
        if isinstance(call, ast.Call) and call.func is node:
            is_statement = isinstance(self._bindings.parents[call], ast.Expr)
            keywords = tuple(keyword.arg for keyword in call.keywords)
            return CallSite(self._source.span(call), keywords, len(call.args), is_statement)
        return None

    def _observed(self, node: ast.expr) -> Observed | None:
        function = next((above for above, _ in self._bindings.above(node) if isinstance(above, _Function)), None)
        for decorator in getattr(function, "decorator_list", ()):
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if self._bindings.dotted(called) in _DECORATORS:
                return _observed_by(decorator)
        return None

    # Attributes and keywords

    def attribute(self, node: ast.Attribute, dotted: str) -> Iterator[DatedUse]:
        """Yield the use that an attribute is."""
        symbol = symbol_of(dotted)
        if symbol is None or any(_is_below(dotted, module) for module in self._imported_modules if symbol_of(module)):
            return
        guarded = is_guarded(node, self._bindings)
        yield DatedUse(self._source.span(node), symbol, dotted, guarded, place=self._at(node, dotted))

    def keywords(self, node: ast.Call, dotted: str) -> Iterator[DatedUse]:
        """Yield the uses that the keywords of a call are."""
        for keyword in node.keywords:
            symbol = keyword_symbol_of(dotted, keyword.arg) if keyword.arg is not None else None
            if symbol is not None:
                guarded = is_guarded(node, self._bindings)
                place = self._at(node.func, dotted)
                path = f"{dotted}({keyword.arg})"
                yield DatedUse(self._source.span(keyword), symbol, path, guarded, place=place)


def _symbol_of_import(binding: Binding) -> Symbol | None:
    """Return the dated symbol that an import cannot do without: the module it names, or the name in it."""
    parts = binding.imported.split(".")
    if parts[0] != "langfuse":
        return None
    prefixes = (".".join(parts[:length]) for length in range(2, len(parts) + 1))
    symbols = (symbol_of(prefix) for prefix in prefixes if not is_member(prefix))
    return next((symbol for symbol in symbols if symbol is not None), None)


def _has_to_go(binding: Binding) -> bool:
    """Tell whether a name cannot simply be imported from elsewhere."""
    symbol = symbol_of(binding.imported)
    return symbol is None or all(successor.tail for successor in symbol.successors)


def _is_below(dotted: str, prefix: str) -> bool:
    return dotted == prefix or dotted.startswith(f"{prefix}.")


def _observed_by(decorator: ast.expr) -> Observed | None:
    """Read `@observe`, `@observe(as_type="generation", capture_output=False)`; None where it cannot be read."""
    given = {keyword.arg: keyword.value for keyword in decorator.keywords} if isinstance(decorator, ast.Call) else {}
    as_type, captures = given.get("as_type"), given.get("capture_output")
    unread = [one for one in (as_type, captures) if one is not None and not isinstance(one, ast.Constant)]
    if unread or None in given:
        return None
    kind = as_type.value if isinstance(as_type, ast.Constant) else None
    return Observed(str(kind or "span"), not isinstance(captures, ast.Constant) or captures.value is not False)
