"""Names across files: interprets the modules a module imports, each when it is first used and once.

Only modules that can matter are looked at: those that mention the SDKs, or import (through a few steps) one that does.
Everything else is taken for code from outside, about which nothing is known. Nothing is ever imported or run.
"""

from __future__ import annotations

import ast
import itertools
import os
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from lint_rules.semantics.declared import NOTHING_DECLARED, Declared
from lint_rules.semantics.modules import Modules, ancestor, import_lines
from lint_rules.semantics.prospects import MAX_PROGRAM, Prospects
from lint_rules.semantics.reach import Outline, Program
from lint_rules.semantics.syntax import TooLargeError
from lint_rules.semantics.trees import Trees
from lint_rules.semantics.values import (
    UNKNOWN,
    External,
    Home,
    Imported,
    Instance,
    Namespace,
    Unknown,
    Value,
    find_outside,
)

if TYPE_CHECKING:
    from lint_rules.semantics.infer import Machine
    from lint_rules.semantics.record import Record

MAX_STEPS_TO_SDK = 2
"""How many imports away a module that mentions the SDKs may be for a module to be worth a look."""
MAX_CALLERS = 12
"""Modules that are gone through to see what they pass to one module's functions."""
MAX_SEEN = 2_000_000
"""Bytes of modules of which everything that was seen is kept."""
MAX_MODULES = 200
"""Modules interpreted on behalf of one run; beyond that, imports lead outside."""

_SPANS = re.compile(rb"\bobserve\b|start_as_current_")
"""What a module mentions that opens spans of the Langfuse SDK."""

_Failure = SyntaxError | RecursionError | MemoryError | TooLargeError
_FAILURES = (SyntaxError, RecursionError, MemoryError, TooLargeError)


class Project:
    """The modules around the files of one run, memoised by path."""

    def __init__(self, declared: Declared = NOTHING_DECLARED, few: int = 0) -> None:
        self.declared = declared
        self.modules, self.trees = Modules(), Trees()
        self.prospects = Prospects(self, few)
        self._homes: dict[str, Home | None] = {}
        self._records: dict[str, Record] = {}
        self._machines: dict[str, tuple[bytes, frozenset[str], Machine | _Failure]] = {}
        self._distances: dict[str, int | None] = {}
        self._leads: dict[str, frozenset[str]] = {}
        self._served: dict[str, frozenset[str]] = {}
        self._using: dict[str, tuple[str, ...]] = {}
        self._exports: dict[str, frozenset[str]] = {}
        self._importing: dict[str, dict[str, list[str]]] = {}
        self._forcing: set[tuple[str, str]] = set()
        self._outlines: dict[str, Outline | None] = {}
        self._programs: dict[str, frozenset[str]] = {}
        self._mentioned: dict[str, bool] = {}
        self._owns: dict[str, Mapping[str, str]] = {}

    def home(self, path: str) -> Home:
        """Return a fresh name space for the module at `path`, which finds its imports in this project."""
        path = os.path.abspath(path)
        return Home(
            path,
            find=partial(self._find, path),
            uses_litellm=self.modules.sdk_name(path).startswith("litellm"),
            is_sdk=bool(self.modules.sdk_name(path)),
            names_litellm=self._names_litellm(path),
            interest=partial(self.prospects.interest, path),
            leads=lambda name: name in self._leading(path),
            callers=partial(self._callers, path),
            exports=lambda name: os.path.basename(path) == "__init__.py" or name in self._exported(path),
            program=partial(self.program, path),
            companions=partial(self._companions, path),
            mentions=partial(self._mentions, path),
            declared=self.declared,
            own=self._own(path),
            outline=self.trees.outline,
        )

    def machine(self, path: str, data: bytes, tree: ast.Module | None = None) -> Machine:
        """Return a module's interpreter after it went through these bytes, whose `tree` may be known. Raises
        SyntaxError, RecursionError on absurd nesting, and `TooLargeError` beyond the bound."""
        path = os.path.abspath(path)
        words = self.prospects.seen(path, data)
        known = self._machines.get(path)
        if known is None or known[0] != data or not words <= known[1]:
            self._machines.pop(path, None)
            self._make_room(len(data))
            result = self._interpreter(path, data, tree)
            own = frozenset() if isinstance(result, _FAILURES) else result.leaks.words | result.leaks.langfuse
            known = self._machines[path] = (data, words | own, result)
        if isinstance(known[2], _FAILURES):
            raise known[2]
        return known[2]

    def _make_room(self, size: int) -> None:
        """Let go of the interpreters that were made first, so that there is room for a module of this size."""
        kept = sum(len(data) for data, _, _ in self._machines.values())
        while self._machines and kept + size > MAX_SEEN:
            data, _, _ = self._machines.pop(next(iter(self._machines)))
            kept -= len(data)

    def _interpreter(self, path: str, data: bytes, tree: ast.Module | None) -> Machine | _Failure:
        try:
            machine = _machine(tree or self.trees.of(path, data), self.home(path))
            machine.run()
        except _FAILURES as error:
            return error
        return machine

    def release(self, path: str) -> None:
        """Let go of a module's interpreter and tree: the module has been judged."""
        path = os.path.abspath(path)
        self._machines.pop(path, None)
        self.trees.drop(path)

    def forget(self) -> None:
        """Forget what has been seen of imported modules: more is of interest now than when they were looked at, or
        others are."""
        self._homes.clear()
        self._records.clear()
        self._outlines.clear()
        self._leads.clear()

    def _names_litellm(self, path: str) -> bool:
        return self._uses(self.modules.read(path) or b"")

    # Finding modules

    def _find(self, importer: str, level: int, module: str, name: str | None) -> Value:
        target = self.modules.locate(importer, level, module)
        sdk_name = self.modules.sdk_name(target) if target is not None else ""
        if target is None or sdk_name:
            return find_outside(0, sdk_name, name) if target else find_outside(level, module, name)
        if name is None:
            return self._namespace(target, importer)
        submodule = self.modules.below(target, name)
        if submodule is not None:
            return self._namespace(submodule, importer)
        if not self._is_near(importer, target):
            return find_outside(level, module, name)
        return Imported(target, name, partial(self._member, target, name))

    def _own(self, path: str) -> Mapping[str, str]:
        """Return the declared names that are of this module, by what they are called in it."""
        if not self.declared.names:
            return {}
        if path not in self._owns:
            last = os.path.basename(path.removesuffix(".py").removesuffix(os.sep + "__init__"))
            names = [name for name in self.declared.owners if name.rpartition(".")[2] == last]
            called = next((name for name in names if self._is_called(path, name)), None)
            self._owns[path] = self.declared.in_module(called) if called is not None else {}
        return self._owns[path]

    def _is_called(self, path: str, module: str) -> bool:
        """Tell whether a module of this name, imported from beside it, is the one at `path`."""
        return next(self.modules.candidates(os.path.join(os.path.dirname(path), ""), 0, module), None) == path

    # What a module binds

    def _namespace(self, path: str, importer: str) -> Namespace:
        return Namespace(path, partial(self._attribute, importer, path), partial(self._public, importer, path))

    def _attribute(self, importer: str, path: str, name: str) -> Value:
        """Return `module.name`: a submodule, or what the module binds if it is worth a look."""
        submodule = self.modules.below(path, name)
        if submodule is not None:
            return self._namespace(submodule, importer)
        if not self._is_near(importer, path):
            return UNKNOWN
        return Imported(path, name, partial(self._member, path, name))

    def _member(self, path: str, name: str) -> Value:
        if (path, name) in self._forcing:  # modules that import the name from each other
            return UNKNOWN
        self._forcing.add((path, name))
        try:
            return self._bound(path, name)
        finally:
            self._forcing.discard((path, name))

    def _bound(self, path: str, name: str) -> Value:
        home = self._interpreted(path)
        value = home.names.get(name) if home is not None else None
        if isinstance(value, Imported):
            value = value.force()
        if name in self._own(path) and (value is None or isinstance(value, Unknown | External | Instance)):
            return External(self._own(path)[name])
        if value is not None:
            return value
        submodule = self.modules.below(path, name)
        return self._namespace(submodule, path) if submodule is not None else UNKNOWN

    def _public(self, importer: str, path: str) -> tuple[str, ...]:
        home = self._interpreted(path) if self._is_near(importer, path) else None
        return tuple(name for name in home.names if not name.startswith("_")) if home is not None else ()

    def _interpreted(self, path: str) -> Home | None:
        """Return the name space of a module after its top level has run; in an import cycle, as far as it has."""
        if path not in self._homes:
            self._homes[path] = None
            self._interpret(path)
        return self._homes.get(path)

    def _interpret(self, path: str) -> None:
        data = self.modules.read(path)
        if data is None or len(self._records) >= MAX_MODULES:
            return
        home = self._homes[path] = self.home(path)
        try:
            machine = _machine(self.trees.of(path, data), home)
            self._records[path] = machine.run_top_level()
        except _FAILURES:
            self._homes[path] = None

    # The program around a module

    def program(self, path: str, tree: ast.Module) -> Program | None:
        """Return the program that starts with a module: what it imports, directly or not; None when that is too much.

        A package's `__init__` runs before its modules do, so it belongs to the program of each of them.
        """
        paths = self._closure(path)
        if len(paths) > MAX_PROGRAM or not any(map(self.prospects.traces, paths)):
            return None
        own = self.trees.outline(tree, self.home(path))
        registering = [self._outline(one) for one in paths[1:] if self.prospects.traces(one)]
        callbacks = frozenset().union(*(one.callbacks for one in registering if one is not None))
        outlined, writing = partial(self._outlined, path, own, paths[1:]), partial(self._writing, own, paths[1:])
        return Program(callbacks, own.tracing_off, outlined, writing)

    def _writing(self, own: Outline, others: list[str], words: re.Pattern[bytes]) -> Iterator[Outline]:
        """Yield the outline of an entry module, and those of the other modules in whose text one of the words stands,
        or of all where settings declare what those words are about."""
        yield own
        for one in others:
            if self.declared.names or words.search(self.modules.read(one) or b""):
                found = self._outline(one)
                if found is not None:
                    yield found

    def _outlined(
        self, path: str, own: Outline, others: list[str]
    ) -> tuple[tuple[Outline, ...], tuple[tuple[int, ...], ...]]:
        outlines = {path: own} | {one: found for one in others if (found := self._outline(one)) is not None}
        index = {one: at for at, one in enumerate(outlines)}
        neighbours = (tuple(index[near] for near in self.modules.imports(one) if near in index) for one in outlines)
        return tuple(outlines.values()), tuple(neighbours)

    def _leading(self, path: str) -> frozenset[str]:
        """Return the names of a module's functions that may lead to the SDKs, to chunks or to a flush."""
        if path not in self._leads:
            found = self._outline(path)
            self._leads[path] = found.leading(self._leading_imports(path)) if found is not None else frozenset()
        return self._leads[path]

    def _leading_imports(self, path: str) -> set[str]:
        """Return the names that a module imports from modules that use the SDKs themselves."""
        return {
            name
            for level, module, names in import_lines(self.modules.read(path) or b"")
            if (target := self.modules.locate(path, level, module)) is not None
            for name in names
            if self.mentions_sdk(self.modules.below(target, name) or target)
        }

    def _closure(self, path: str) -> list[str]:
        closure = dict.fromkeys([path, *self.modules.packages_of(path)])
        waiting = list(closure)
        while waiting and len(closure) <= MAX_PROGRAM:
            imported = self.modules.imports(waiting.pop())
            for found in (one for module in imported for one in (module, *self.modules.packages_of(module))):
                if found not in closure:
                    closure[found] = None
                    waiting.append(found)
        return list(closure)

    def _outline(self, path: str) -> Outline | None:
        if path not in self._outlines:
            data = self.modules.read(path)
            try:
                tree = self.trees.of(path, data) if data is not None else None
                self._outlines[path] = self.trees.outline(tree, self.home(path)) if tree is not None else None
            except (SyntaxError, RecursionError, MemoryError):
                self._outlines[path] = None
        return self._outlines[path]

    # Who calls a module's functions

    def _callers(self, path: str, names: frozenset[str]) -> Iterator[Record]:
        """Yield what is seen in the modules that use LiteLLM and call one of these names, up to a bound."""
        calls = re.compile(rb"\b(?:" + b"|".join(re.escape(name.encode()) for name in sorted(names)) + rb")\(")
        found = [one for one in self._users(path) if one != path and calls.search(self.modules.read(one) or b"")]
        for caller in found[:MAX_CALLERS]:
            record = self._seen_in(caller)
            if record is not None:
                yield record

    def _exported(self, path: str) -> frozenset[str]:
        """Return the names that other modules of the project import from this one."""
        if path not in self._exports:
            own, folder = os.path.splitext(os.path.basename(path))[0], os.path.dirname(path)
            own = os.path.basename(folder) if own == "__init__" else own
            self._exports[path] = frozenset(
                name
                for one in self._mentioning(path).get(own, ())
                if one != path
                for level, module, names in import_lines(self.modules.read(one) or b"")
                if self.modules.locate(one, level, module) == path
                for name in names
            )
        return self._exports[path]

    def _mentioning(self, path: str) -> dict[str, list[str]]:
        """Return the modules of a project by the last part of what they import from; one searched by text, once."""
        root = self.modules.root(path)
        if root not in self._importing:
            importers = self._importing[root] = {}
            for one in self.modules.listed(path):
                for level, module, _ in import_lines(self.modules.peek(one) or b""):
                    last = module.rpartition(".")[2] or os.path.basename(ancestor(one, level))
                    importers.setdefault(last, []).append(one)
        return self._importing[root]

    def _users(self, path: str) -> tuple[str, ...]:
        """Return the modules of the project that mention LiteLLM, or what is declared to be like it."""
        root = self.modules.root(path)
        if root not in self._using:
            listed = self.modules.listed(path)
            self._using[root] = tuple(one for one in listed if self._uses(self.modules.peek(one) or b""))
        return self._using[root]

    def _uses(self, data: bytes) -> bool:
        return b"litellm" in data or self.declared.is_imported(data)

    def _seen_in(self, path: str) -> Record | None:
        data = self.modules.read(path)
        try:
            return self.machine(path, data).record if data is not None else None
        except _FAILURES:
            return None

    # What runs in one program with a module

    def _companions(self, path: str) -> Iterator[Record]:
        """Yield what is seen in the modules that open Langfuse spans and run in one program with this one."""
        others = self._related(path) - {path}
        found = [one for one in sorted(others) if _SPANS.search(self.modules.read(one) or b"")]
        for other in found[:MAX_CALLERS]:
            record = self._seen_in(other)
            if record is not None:
                yield record

    def _mentions(self, path: str, words: frozenset[str]) -> bool:
        return any(word.encode() in (self.modules.read(one) or b"") for one in self._related(path) for word in words)

    def _related(self, path: str) -> frozenset[str]:
        """Return the modules that run in one program with this one: what it, or a module that leads to it, imports."""
        if path not in self._programs:
            importers = self._importers(path)
            starts = [path, *importers] if len(importers) <= MAX_CALLERS else [path]
            self._programs[path] = frozenset(itertools.chain.from_iterable(map(self._closure, starts)))
        return self._programs[path]

    def _importers(self, path: str) -> set[str]:
        """Return the modules of the project that import this one, directly or not."""
        found, waiting = {path}, [path]
        while waiting:
            imported = waiting.pop()
            for one in self.modules.listed(path)[:MAX_PROGRAM]:
                if one not in found and imported in self.modules.imports(one):
                    found.add(one)
                    waiting.append(one)
        return found - {path}

    # Which modules matter

    def matters(self, path: str) -> bool:
        """Tell whether a module mentions the SDKs or imports, through a few steps, one that does."""
        return self._distance(path, MAX_STEPS_TO_SDK) is not None

    def _is_near(self, importer: str, path: str) -> bool:
        """Tell whether an imported module is worth a look: it matters, or serves one that uses the SDKs itself."""
        return self.mentions_sdk(importer) or self.matters(path)

    def matters_as(self, path: str, data: bytes) -> bool:
        """Tell whether a module with these bytes, which need not be on disk, matters."""
        self.modules.give(path, data)
        return self.matters(path) or (b"async for" in data and self._serves_users(path))

    def _serves_users(self, path: str) -> bool:
        """Tell whether a module that uses LiteLLM imports this one: it may pass a stream to it."""
        root = self.modules.root(path)
        if root not in self._served:
            self._served[root] = frozenset(one for user in self._users(path) for one in self.modules.imports(user))
        return path in self._served[root]

    def _distance(self, path: str, limit: int) -> int | None:
        """Return how many imports the SDKs are away, if that is not more than `limit`."""
        if path in self._distances:
            return self._distances[path]
        frontier, seen = [path], {path}
        for steps in range(limit + 1):
            if any(self.mentions_sdk(module) for module in frontier):
                self._distances[path] = steps
                return steps
            frontier = [found for module in frontier for found in self.modules.imports(module) if found not in seen]
            seen.update(frontier)
        self._distances[path] = None
        return None

    def mentions_sdk(self, path: str) -> bool:
        """Tell whether a module names LiteLLM, Langfuse or where what the settings declare comes from."""
        if path not in self._mentioned:
            data = self.modules.read(path)
            named = data is not None and (self.declared.is_mentioned(data) or bool(self._own(path)))
            self._mentioned[path] = named
        return self._mentioned[path]


def _machine(tree: ast.Module, home: Home) -> Machine:
    """Return an interpreter; what it is made of is loaded by the first: most runs of flake8 need none."""
    from lint_rules.semantics.infer import Machine  # noqa: PLC0415

    return Machine(tree, home)
