"""Where Langfuse callbacks are registered with LiteLLM, and the calls that run inside spans of the Langfuse SDK."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lint_rules.finding import Span
from lint_rules.semantics import pairs, sdk
from lint_rules.semantics.infer import Machine
from lint_rules.semantics.record import Record, Registered, SpannedCall
from lint_rules.semantics.releases import Targets
from lint_rules.semantics.source import Source
from lint_rules.semantics.syntax import holds, nodes_of, walk


@dataclass(frozen=True)
class Spanned:
    """A LiteLLM call that runs while a span of the Langfuse SDK is the active one."""

    place: str
    """Where it is: `line 12`, or `app/work.py:12` in another module."""
    span: str
    """The function that `@observe` decorates, or the client's method that opens the span."""
    as_type: str


@dataclass(frozen=True)
class Registration:
    """One Langfuse callback that is registered with LiteLLM by its name."""

    span: Span
    name: str
    kind: str
    """The list it goes to (`success_callback`, `failure_callback`, `callbacks`), or the keyword of a call
    (`callbacks=`)."""
    chosen: bool
    """The program chooses between callbacks, or looks at versions, before it registers this one."""
    spanned: tuple[Spanned, ...] = ()
    """Calls of the program that run inside a span, in source order; looked for where that matters."""


def registrations(machine: Machine, record: Record, source: Source, targets: Targets) -> Iterator[Registration]:
    """Yield every registration of a Langfuse callback, by name and place."""
    if record.tracing_off:
        return
    seen = tuple(record.registered.values())
    chooses = _chooses(seen, machine.tree)
    spanned = _spanned(machine, record, targets) if _may_merge(seen, targets) else ()
    for one in seen:
        chosen = chooses or _looks_at_versions(one, machine.tree)
        for name in sorted(one.names):
            calls = spanned if name == pairs.OTEL else ()
            yield Registration(_span(one, source), name, one.kind, chosen, calls)


def _span(one: Registered, source: Source) -> Span:
    first, last = source.span(one.first), source.span(one.last)
    return Span(first.line, first.column, last.end_line, last.end_column)


# What a program chooses

_BRANCHES = ast.If | ast.Try | ast.Match | ast.IfExp | ast.BoolOp
_VERSIONS = re.compile(r"version|hasattr|find_spec|importlib|signature|legacy|_v\d|\bv\d", re.IGNORECASE)


def _chooses(seen: tuple[Registered, ...], tree: ast.Module) -> bool:
    """Tell whether a module registers different callbacks and not all of them whatever happens."""
    names = frozenset().union(*(one.names for one in seen))
    return len(names) > 1 and any(True for one in seen for _ in _around(one, tree))


def _around(one: Registered, tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the branching statements and expressions that a registration is part of, or is made of."""
    for node in nodes_of(tree):
        if isinstance(node, _BRANCHES) and (holds(node, one.first) or holds(node, one.last) or holds(one.last, node)):
            yield node


def _looks_at_versions(one: Registered, tree: ast.Module) -> bool:
    """Tell whether a registration depends on what is installed."""
    return any(_is_about_versions(node) for node in _around(one, tree))


def _is_about_versions(node: ast.AST) -> bool:
    if isinstance(node, ast.Try):
        imported = any(isinstance(part, ast.Import | ast.ImportFrom) for part in walk(node))
        return imported and any(_catches_import_errors(handler) for handler in node.handlers)
    test = node.test if isinstance(node, ast.If | ast.IfExp) else node
    return not isinstance(node, ast.Match) and bool(_VERSIONS.search(ast.unparse(test)))


def _catches_import_errors(handler: ast.ExceptHandler) -> bool:
    caught = "" if handler.type is None else ast.unparse(handler.type)
    return not caught or re.search(r"ImportError|ModuleNotFoundError|Exception", caught) is not None


# Calls inside spans


def _may_merge(seen: tuple[Registered, ...], targets: Targets) -> bool:
    """Tell whether it matters at all which calls run inside spans: looking for them costs."""
    return (
        any(pairs.OTEL in one.names for one in seen)
        and pairs.is_certain(targets.litellm)
        and pairs.merges_spans(targets.litellm.newest)
        and sdk.GET_CLIENT.covers(targets.langfuse.newest)
    )


def keeps_spans_apart(machine: Machine, switches: frozenset[str]) -> bool:
    """Tell whether the program mentions one of the variables that give each call a generation of its own."""
    return _mentions(machine.tree, switches) or machine.home.mentions(switches)


def _spanned(machine: Machine, record: Record, targets: Targets) -> tuple[Spanned, ...]:
    """Return the calls inside spans that the program makes: this module's, else those of the modules around it."""
    if keeps_spans_apart(machine, pairs.span_switches(targets.litellm.newest)):
        return ()
    found = record.spanned or {call for other in machine.home.companions() for call in other.spanned}
    return tuple(_shown(call, machine.home.name) for call in sorted(found))


def _mentions(tree: ast.Module, words: frozenset[str]) -> bool:
    """Tell whether a string or keyword of a module is one of these words."""
    return any(
        (isinstance(node, ast.Constant) and node.value in words)
        or (isinstance(node, ast.keyword) and node.arg in words)
        for node in nodes_of(tree)
    )


def _shown(call: SpannedCall, here: str) -> Spanned:
    site = call.site
    path = "" if site.path == here else os.path.relpath(site.path, Path(here).parent)
    return Spanned(f"{path}:{site.line}" if path else f"line {site.line}", call.span, call.as_type)
