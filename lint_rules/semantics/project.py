"""Names across files: finds, reads and interprets the modules a module imports, each when it is first used and once.

Only modules that can matter are looked at: those that mention the SDKs, or import (through a few steps) one that does.
Everything else is taken for code from outside, about which nothing is known. Nothing is ever imported or run.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
import os
import re
import sys
from collections.abc import Iterator, Mapping
from functools import partial

from lint_rules import disk
from lint_rules.semantics.declared import NOTHING_DECLARED, Declared
from lint_rules.semantics.infer import Machine, TooLargeError
from lint_rules.semantics.reach import Outline, Program, outline
from lint_rules.semantics.record import Record
from lint_rules.semantics.syntax import parse
from lint_rules.semantics.texts import Texts
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

MAX_STEPS_TO_SDK = 2
"""How many imports away a module that mentions the SDKs may be for a module to be worth a look."""
MAX_PROGRAM = 600
"""Modules of one program that are outlined; a larger program is not judged as a whole."""
MAX_CALLERS = 12
"""Modules that are gone through to see what they pass to one module's functions."""
MAX_LISTED = 5_000
"""Files of a project that are searched for callers."""
MAX_MODULES = 200
"""Modules interpreted on behalf of one run; beyond that, imports lead outside."""

_ROOT_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
_MAX_ANCESTORS = 10
_UNMARKED_ANCESTORS = 3
"""How far above its outermost package the root of a project is looked for when nothing marks it."""
_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]*(?:(?P<dots>\.+)[ \t]*)?(?:(?P<base>\w[\w.]*)[ \t]+)?import\b[ \t]*"
    rb"(?P<names>\([^)\n]*(?:\n(?![ \t]*from[ \t])[^)\n]*)*\)|[^\n#]*)"
    rb"|import[ \t]+(?P<modules>[^\n#]+))",
    re.MULTILINE,
)
"""Imports, in time linear in the text whatever it holds: no blank or dot can be read in two ways, and no list of names
runs past the next `from`."""


_SPANS = re.compile(rb"\bobserve\b|start_as_current_")
"""What a module mentions that opens spans of the Langfuse SDK."""


class Project:
    """The modules around the files of one run, memoised by path."""

    def __init__(self, declared: Declared = NOTHING_DECLARED) -> None:
        self.declared = declared
        self._data = Texts()
        self._homes: dict[str, Home | None] = {}
        self._records: dict[str, Record] = {}
        self._located: dict[tuple[str, str], str | None] = {}
        self._roots: dict[str, tuple[str, ...]] = {}
        self._imports: dict[str, tuple[str, ...]] = {}
        self._distances: dict[str, int | None] = {}
        self._leads: dict[str, frozenset[str]] = {}
        self._served: dict[str, frozenset[str]] = {}
        self._using: dict[str, tuple[str, ...]] = {}
        self._listings: dict[str, tuple[str, ...]] = {}
        self._exports: dict[str, frozenset[str]] = {}
        self._importing: dict[str, dict[str, list[str]]] = {}
        self._seen: dict[str, Record | None] = {}
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
            uses_litellm=self._sdk_name(path).startswith("litellm"),
            is_sdk=self._is_sdk(path),
            leads=lambda name: name in self._leading(path),
            callers=partial(self._callers, path),
            exports=lambda name: os.path.basename(path) == "__init__.py" or name in self._exported(path),
            program=partial(self.program, path),
            companions=partial(self._companions, path),
            mentions=partial(self._mentions, path),
            declared=self.declared,
            own=self._own(path),
        )

    # Finding modules

    def _find(self, importer: str, level: int, module: str, name: str | None) -> Value:
        target = self._locate(importer, level, module)
        if target is None or self._is_sdk(target):
            return find_outside(0, self._sdk_name(target), name) if target else find_outside(level, module, name)
        if name is None:
            return self._namespace(target, importer)
        submodule = self._below(target, name)
        if submodule is not None:
            return self._namespace(submodule, importer)
        if not self._is_near(importer, target):
            return find_outside(level, module, name)
        return Imported(target, name, partial(self._member, target, name))

    def _locate(self, importer: str, level: int, module: str) -> str | None:
        """Return the file (or, for a namespace package, the folder) of a module."""
        key = (os.path.dirname(importer), "." * level + module)
        if key not in self._located:
            self._located[key] = next(self._candidates(importer, level, module), None)
        return self._located[key]

    def _candidates(self, importer: str, level: int, module: str) -> Iterator[str]:
        parts = module.split(".") if module else []
        if not level and parts[:1] and parts[0] in sys.stdlib_module_names:
            return
        roots = (_ancestor(importer, level),) if level else self._search_path(importer)
        names_sdk = not level and module.partition(".")[0] in _SDK_PACKAGES
        if names_sdk:
            roots = tuple(root for root in roots if not disk.is_file(os.path.join(root, "__init__.py")))
        found = [_module_at(os.path.join(root, *parts)) for root in roots]
        regular = [path for path in found if path is not None and path.endswith(".py") and path != importer]
        yield from regular
        if names_sdk:
            return  # a mere folder of that name does not shadow an installed package
        yield from (path for path in found if path is not None and not path.endswith(".py"))

    def _search_path(self, importer: str) -> tuple[str, ...]:
        """Return where a module's absolute imports may start: its own folder, those above it, and their `src`."""
        folder = os.path.dirname(importer)
        if folder not in self._roots:
            self._roots[folder] = tuple(_search_path(folder))
        return self._roots[folder]

    def _is_sdk(self, path: str) -> bool:
        return self._sdk_name(path) != ""

    def _sdk_name(self, path: str | None) -> str:
        """Return the dotted name of a module that is part of LiteLLM or Langfuse itself, else nothing."""
        if path is None:
            return ""
        parts = path.removesuffix(".py").removesuffix(os.sep + "__init__").split(os.sep)
        for package, proofs in _SDK_PACKAGES.items():
            if package in parts:
                at = parts.index(package)
                root = os.sep.join(parts[: at + 1])
                if all(disk.exists(os.path.join(root, proof)) for proof in proofs):
                    return ".".join(parts[at:])
        return ""

    def _own(self, path: str) -> Mapping[str, str]:
        """Return the declared names that are of this module, by what they are called in it."""
        if path not in self._owns:
            last = os.path.basename(path.removesuffix(".py").removesuffix(os.sep + "__init__"))
            names = [name for name in self.declared.owners if name.rpartition(".")[2] == last]
            called = next((name for name in names if self._is_called(path, name)), None)
            self._owns[path] = self.declared.in_module(called) if called is not None else {}
        return self._owns[path]

    def _is_called(self, path: str, module: str) -> bool:
        """Tell whether a module of this name, imported from beside it, is the one at `path`."""
        return next(self._candidates(os.path.join(os.path.dirname(path), ""), 0, module), None) == path

    # What a module binds

    def _namespace(self, path: str, importer: str) -> Namespace:
        return Namespace(path, partial(self._attribute, importer, path), partial(self._public, importer, path))

    def _attribute(self, importer: str, path: str, name: str) -> Value:
        """Return `module.name`: a submodule, or what the module binds if it is worth a look."""
        submodule = self._below(path, name)
        if submodule is not None:
            return self._namespace(submodule, importer)
        return self._member(path, name) if self._is_near(importer, path) else UNKNOWN

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
        submodule = self._below(path, name)
        return self._namespace(submodule, path) if submodule is not None else UNKNOWN

    def _public(self, importer: str, path: str) -> tuple[str, ...]:
        home = self._interpreted(path) if self._is_near(importer, path) else None
        return tuple(name for name in home.names if not name.startswith("_")) if home is not None else ()

    def _below(self, path: str, name: str) -> str | None:
        """Return the submodule `name` of a package."""
        folder = os.path.dirname(path) if path.endswith(os.sep + "__init__.py") else path
        return _module_at(os.path.join(folder, name)) if disk.is_folder(folder) else None

    def _interpreted(self, path: str) -> Home | None:
        """Return the name space of a module after its top level has run; in an import cycle, as far as it has."""
        if path not in self._homes:
            self._homes[path] = None
            self._interpret(path)
        return self._homes[path]

    def _interpret(self, path: str) -> None:
        data = self._read(path)
        if data is None or len(self._records) >= MAX_MODULES:
            return
        home = self._homes[path] = self.home(path)
        try:
            machine = Machine(parse(data), home)
            self._records[path] = machine.run_top_level()
        except (SyntaxError, RecursionError, MemoryError, TooLargeError):
            self._homes[path] = None

    # The program around a module

    def program(self, path: str, tree: ast.Module) -> Program | None:
        """Return the program that starts with a module: what it imports, directly or not; None when that is too much.

        A package's `__init__` runs before its modules do, so it belongs to the program of each of them.
        """
        paths = self._closure(path)
        if len(paths) > MAX_PROGRAM or not any(b"langfuse" in (self._read(one) or b"") for one in paths):
            return None
        outlines = {path: outline(tree, self.home(path))}
        outlines |= {one: found for one in paths[1:] if (found := self._outline(one)) is not None}
        index = {one: at for at, one in enumerate(outlines)}
        neighbours = (tuple(index[near] for near in self.imports(one) if near in index) for one in outlines)
        return Program(tuple(outlines.values()), tuple(neighbours))

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
            for level, module, names in _import_lines(self._read(path) or b"")
            if (target := self._locate(path, level, module)) is not None
            for name in names
            if self._mentions_sdk(self._below(target, name) or target)
        }

    def _closure(self, path: str) -> list[str]:
        closure = dict.fromkeys([path, *_packages_of(path)])
        waiting = list(closure)
        while waiting and len(closure) <= MAX_PROGRAM:
            imported = self.imports(waiting.pop())
            for found in (one for module in imported for one in (module, *_packages_of(module))):
                if found not in closure:
                    closure[found] = None
                    waiting.append(found)
        return list(closure)

    def _outline(self, path: str) -> Outline | None:
        if path not in self._outlines:
            data = self._read(path)
            try:
                self._outlines[path] = outline(parse(data), self.home(path)) if data is not None else None
            except (SyntaxError, RecursionError, MemoryError):
                self._outlines[path] = None
        return self._outlines[path]

    # Who calls a module's functions

    def _callers(self, path: str, names: frozenset[str]) -> Iterator[Record]:
        """Yield what is seen in the modules that use LiteLLM and call one of these names, up to a bound."""
        calls = re.compile(rb"\b(?:" + b"|".join(re.escape(name.encode()) for name in sorted(names)) + rb")\(")
        found = [one for one in self._users(path) if one != path and calls.search(self._read(one) or b"")]
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
                for level, module, names in _import_lines(self._read(one) or b"")
                if self._locate(one, level, module) == path
                for name in names
            )
        return self._exports[path]

    def _mentioning(self, path: str) -> dict[str, list[str]]:
        """Return the modules of a project by the last part of what they import from; one searched by text, once."""
        root = _project_root(path)
        if root not in self._importing:
            importers = self._importing[root] = {}
            for one in self._listed(path):
                for level, module, _ in _import_lines(disk.read(one) or b""):
                    last = module.rpartition(".")[2] or os.path.basename(_ancestor(one, level))
                    importers.setdefault(last, []).append(one)
        return self._importing[root]

    def _listed(self, path: str) -> tuple[str, ...]:
        """Return the modules of the project that a module belongs to, up to a bound."""
        root = _project_root(path)
        if root not in self._listings:
            found = itertools.islice(disk.python_files(root), MAX_LISTED)
            self._listings[root] = tuple(os.path.abspath(one) for one in found)
        return self._listings[root]

    def _users(self, path: str) -> tuple[str, ...]:
        """Return the modules of the project that mention LiteLLM, or what is declared to be like it."""
        root = _project_root(path)
        if root not in self._using:
            self._using[root] = tuple(one for one in self._listed(path) if self._uses(disk.read(one) or b""))
        return self._using[root]

    def _uses(self, data: bytes) -> bool:
        return b"litellm" in data or self.declared.is_imported(data)

    def _seen_in(self, path: str) -> Record | None:
        if path not in self._seen:
            self._seen[path] = None
            data = self._read(path)
            with contextlib.suppress(SyntaxError, RecursionError, MemoryError, TooLargeError):
                self._seen[path] = Machine(parse(data), self.home(path)).run() if data is not None else None
        return self._seen[path]

    # What runs in one program with a module

    def _companions(self, path: str) -> Iterator[Record]:
        """Yield what is seen in the modules that open Langfuse spans and run in one program with this one."""
        others = self._related(path) - {path}
        found = [one for one in sorted(others) if _SPANS.search(self._read(one) or b"")]
        for other in found[:MAX_CALLERS]:
            record = self._seen_in(other)
            if record is not None:
                yield record

    def _mentions(self, path: str, words: frozenset[str]) -> bool:
        return any(word.encode() in (self._read(one) or b"") for one in self._related(path) for word in words)

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
            for one in self._listed(path)[:MAX_PROGRAM]:
                if one not in found and imported in self.imports(one):
                    found.add(one)
                    waiting.append(one)
        return found - {path}

    # Which modules matter

    def matters(self, path: str) -> bool:
        """Tell whether a module mentions the SDKs or imports, through a few steps, one that does."""
        return self._distance(path, MAX_STEPS_TO_SDK) is not None

    def _is_near(self, importer: str, path: str) -> bool:
        """Tell whether an imported module is worth a look: it matters, or serves one that uses the SDKs itself."""
        return self._mentions_sdk(importer) or self.matters(path)

    def matters_as(self, path: str, data: bytes) -> bool:
        """Tell whether a module with these bytes, which need not be on disk, matters."""
        path = os.path.abspath(path)
        self._data.setdefault(path, data)
        return self.matters(path) or (b"async for" in data and self._serves_users(path))

    def _serves_users(self, path: str) -> bool:
        """Tell whether a module that uses LiteLLM imports this one: it may pass a stream to it."""
        root = _project_root(path)
        if root not in self._served:
            self._served[root] = frozenset(one for user in self._users(path) for one in self.imports(user))
        return path in self._served[root]

    def _distance(self, path: str, limit: int) -> int | None:
        """Return how many imports the SDKs are away, if that is not more than `limit`."""
        if path in self._distances:
            return self._distances[path]
        frontier, seen = [path], {path}
        for steps in range(limit + 1):
            if any(self._mentions_sdk(module) for module in frontier):
                self._distances[path] = steps
                return steps
            frontier = [found for module in frontier for found in self.imports(module) if found not in seen]
            seen.update(frontier)
        self._distances[path] = None
        return None

    def _mentions_sdk(self, path: str) -> bool:
        if path not in self._mentioned:
            data = self._read(path)
            named = data is not None and (self.declared.is_mentioned(data) or bool(self._own(path)))
            self._mentioned[path] = named
        return self._mentioned[path]

    def imports(self, path: str) -> tuple[str, ...]:
        """Return the project's modules that a module imports, read off its text."""
        if path not in self._imports:
            self._imports[path] = tuple(dict.fromkeys(self._imported(path)))
        return self._imports[path]

    def _imported(self, path: str) -> Iterator[str]:
        for level, module, names in _import_lines(self._read(path) or b""):
            target = self._locate(path, level, module)
            if target is None or self._is_sdk(target):
                continue
            yield target
            for name in names:
                submodule = self._below(target, name)
                if submodule is not None:
                    yield submodule

    def _read(self, path: str) -> bytes | None:
        if path not in self._data:
            self._data[path] = disk.read(path) if path.endswith(".py") else None
        return self._data[path]


_SDK_PACKAGES = {"litellm": ("main.py", "utils.py"), "langfuse": ("openai.py", "media.py")}
"""A package of this name that holds these files is the SDK itself, not something that shadows it."""


def _import_lines(data: bytes) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    for found in _IMPORT.finditer(data):
        if found["modules"] is not None:
            for module in found["modules"].decode("utf-8", "replace").split(","):
                yield 0, module.split()[0] if module.split() else "", ()
        else:
            names = re.findall(r"(\w+)(?:\s+as\s+\w+)?", found["names"].decode("utf-8", "replace"))
            base = (found["base"] or b"").decode("utf-8", "replace")
            yield len(found["dots"] or b""), base, tuple(names)


def _packages_of(path: str) -> Iterator[str]:
    """Yield the `__init__` files of the packages that a module is in."""
    folder = os.path.dirname(path)
    for _ in range(_MAX_ANCESTORS):
        package = os.path.join(folder, "__init__.py")
        if not disk.is_file(package):
            return
        if package != path:
            yield package
        folder = os.path.dirname(folder)


def _module_at(stem: str) -> str | None:
    """Return the module file at a path without suffix; for a namespace package, its folder."""
    for candidate in (os.path.join(stem, "__init__.py"), stem + ".py"):
        if disk.is_file(candidate):
            return candidate
    return stem if disk.is_folder(stem) else None


def _ancestor(importer: str, level: int) -> str:
    folder = os.path.dirname(importer)
    for _ in range(level - 1):
        folder = os.path.dirname(folder)
    return folder


def _project_root(path: str) -> str:
    """Return a module's project folder: the nearest marked one, else the one that holds its outermost package."""
    folder = outermost = os.path.dirname(path)
    while disk.is_file(os.path.join(outermost, "__init__.py")):
        outermost = os.path.dirname(outermost)
    for _ in range(_MAX_ANCESTORS):
        if any(disk.exists(os.path.join(folder, mark)) for mark in _ROOT_MARKS):
            return folder
        folder = os.path.dirname(folder)
    return outermost


def _search_path(folder: str) -> Iterator[str]:
    root = _project_root(os.path.join(folder, "module.py"))
    beyond = _UNMARKED_ANCESTORS
    for _ in range(_MAX_ANCESTORS):
        yield folder
        if disk.is_folder(os.path.join(folder, "src")):
            yield os.path.join(folder, "src")
        above = os.path.dirname(folder)
        if folder == root:
            beyond = 0 if any(disk.exists(os.path.join(folder, mark)) for mark in _ROOT_MARKS) else beyond - 1
        elif beyond < _UNMARKED_ANCESTORS:
            beyond -= 1
        if beyond <= 0 or above in (folder, os.path.dirname(above)):
            return
        folder = above
